import type { FleetMessage } from '#libs/contracts';

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/** Calls once when the process is asked to end: by a signal, or by the end of the parent that started it. */
export function onEndOfRun(exitWithParent: boolean, end: (reason: string) => void): void {
  let ended = false;
  const endOnce = (reason: string): void => {
    if (ended) return;
    ended = true;
    end(reason);
  };
  for (const signal of SIGNALS) process.on(signal, () => endOnce(signal));
  process.on('disconnect', () => endOnce('the parent has closed its channel'));
  if (!exitWithParent) return;
  process.stdin.resume();
  process.stdin.on('end', () => endOnce('the parent is gone'));
  process.stdin.on('error', () => endOnce('the parent is gone'));
}

/**
 * Tells the parent over its IPC channel, or whoever reads standard output where there is none. Resolves when it is
 * sent.
 */
export function tellParent(message: FleetMessage): Promise<void> {
  return new Promise((resolve) => {
    if (process.send !== undefined && process.connected) {
      // A parent that has just gone needs no figures any more.
      process.send(message, undefined, undefined, () => resolve());
    } else {
      process.stdout.write(`${JSON.stringify(message)}\n`, () => resolve());
    }
  });
}
