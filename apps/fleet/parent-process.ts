import { fleetOrder, type FleetMessage, type FleetOrder } from '#libs/contracts';

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/** Calls `end` once, when a signal arrives or the parent process exits. */
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

/** Calls `obey` for each order of the parent; anything else is not for the fleet. */
export function onOrder(obey: (order: FleetOrder) => void): void {
  process.on('message', (message) => {
    const order = fleetOrder.safeParse(message);
    if (order.success) obey(order.data);
  });
}

/**
 * Sends a message to the parent over its IPC channel, or to standard output without one. Resolves when it is sent.
 */
export function sendToParent(message: FleetMessage): Promise<void> {
  return new Promise((resolve) => {
    if (process.send !== undefined && process.connected) {
      // Ignores the error: a parent that has exited needs no figures.
      process.send(message, undefined, undefined, () => resolve());
    } else {
      process.stdout.write(`${JSON.stringify(message)}\n`, () => resolve());
    }
  });
}
