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
