import type { FleetMessage } from '#libs/contracts';

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
