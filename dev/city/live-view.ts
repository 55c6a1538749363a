import type { WriteStream } from 'node:tty';
import { summaryBlock, summaryLine, type Snapshot } from './summary.ts';

const REDRAW_MS = 1_000;
const LINE_MS = 5_000;

/** A live view of the city. */
export interface LiveView {
  close(): void;
}

/** Redraws a block in place in a terminal; elsewhere writes a plain line every few seconds. */
export function showLive(output: WriteStream, snapshot: () => Snapshot): LiveView {
  return output.isTTY ? redrawInPlace(output, snapshot) : writeLines(output, snapshot);
}

function redrawInPlace(output: WriteStream, snapshot: () => Snapshot): LiveView {
  let drawn = 0;
  const draw = (): void => {
    const lines = summaryBlock(snapshot()).map((line) => clipped(line, output.columns));
    output.moveCursor(0, -drawn);
    output.cursorTo(0);
    output.clearScreenDown();
    output.write(`${lines.join('\n')}\n`);
    drawn = lines.length;
  };
  draw();
  const timer = setInterval(draw, REDRAW_MS);
  return {
    close: () => {
      clearInterval(timer);
      draw();
    },
  };
}

/**
 * Cuts a line at the width of the terminal: a wrapped line takes two rows, and the redrawn block would move down the
 * screen.
 */
function clipped(line: string, columns: number): string {
  return line.length < columns ? line : `${line.slice(0, Math.max(0, columns - 2))}…`;
}

function writeLines(output: WriteStream, snapshot: () => Snapshot): LiveView {
  const timer = setInterval(() => output.write(`${summaryLine(snapshot())}\n`), LINE_MS);
  return { close: () => clearInterval(timer) };
}
