import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HOURS_PER_DAY, type StreetGraph } from '#libs/geo';

/** Writes a network as the files that `HAILGRID_STREETS_DIR` names. A reader sees whole files, the segments last. */
export function writeStreets(graph: StreetGraph, directory: string): void {
  mkdirSync(directory, { recursive: true });
  const write = (file: string, lines: readonly string[]): void => {
    const path = join(directory, file);
    writeFileSync(`${path}.new`, `${lines.join('\n')}\n`);
    renameSync(`${path}.new`, path);
  };
  write('nodes.csv', ['node_id,lat,lon', ...nodeLines(graph)]);
  write('edges.csv', [
    `from,to,${hours()
      .map((hour) => `s${String(hour).padStart(2, '0')}`)
      .join(',')}`,
    ...edgeLines(graph),
  ]);
}

function nodeLines(graph: StreetGraph): string[] {
  return Array.from({ length: graph.nodeCount }, (_, node) => {
    const { lat, lng } = graph.point(node);
    return `${node},${lat},${lng}`;
  });
}

function edgeLines(graph: StreetGraph): string[] {
  const { starts, ends, edges } = graph.outgoing;
  const secondsByHour = hours().map((hour) => graph.secondsAt(hour));
  const lines: string[] = [];
  for (let from = 0; from < graph.nodeCount; from++)
    for (let slot = starts[from] as number; slot < (starts[from + 1] as number); slot++) {
      const edge = edges[slot] as number;
      const seconds = secondsByHour.map((ofHour) => (ofHour[edge] as number).toFixed(1));
      lines.push([from, ends[slot], ...seconds].join(','));
    }
  return lines;
}

function hours(): number[] {
  return Array.from({ length: HOURS_PER_DAY }, (_, hour) => hour);
}
