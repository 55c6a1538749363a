/** Signals with which a terminal, a shell or an init system asks a program to end. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * npm and the terminal may both forward one Ctrl-C: a signal this soon after the first is the same request. A later
 * one means that the user does not want to wait.
 */
const SAME_REQUEST_MS = 1_000;

const FORCED_EXIT_CODE = 130;

/**
 * Resolves when this process is asked to end, by a signal or because the bootstrap that started it has exited. On a
 * second request it exits at once and leaves the clean-up to the reaper.
 */
export function askedToEnd(): Promise<void> {
  return new Promise((resolve) => {
    let firstAskedAt: number | undefined;
    const ask = (): void => {
      firstAskedAt ??= performance.now();
      if (performance.now() - firstAskedAt > SAME_REQUEST_MS) process.exit(FORCED_EXIT_CODE);
      resolve();
    };
    for (const signal of SIGNALS) process.on(signal, ask);
    process.on('disconnect', ask);
    process.channel?.unref();
  });
}
