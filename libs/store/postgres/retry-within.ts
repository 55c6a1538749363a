import { DelegateBackoff, handleWhen, retry } from 'cockatiel';

export interface RetryPolicy {
  readonly isWorthRetrying: (error: unknown) => boolean;
  /** Bounds of the random pause before each retry, which spreads callers that failed together. */
  readonly pause: { readonly minMs: number; readonly maxMs: number };
}

/**
 * Retries until the attempt succeeds, fails with an error that is not worth a retry, or the budget is spent; then throws the
 * last error. Each attempt gets the time that is left. No pause reaches beyond the budget.
 */
export function retryWithin<T>(
  budgetMs: number,
  attempt: (leftMs: number) => Promise<T>,
  { isWorthRetrying, pause }: RetryPolicy,
): Promise<T> {
  const endsAtMs = performance.now() + budgetMs;
  const leftMs = (): number => endsAtMs - performance.now();
  const policy = retry(
    handleWhen((error) => isWorthRetrying(error) && leftMs() > pause.maxMs),
    {
      // The budget is the bound.
      maxAttempts: Number.MAX_SAFE_INTEGER,
      backoff: new DelegateBackoff(() => pause.minMs + Math.random() * (pause.maxMs - pause.minMs)),
    },
  );
  return policy.execute(() => attempt(leftMs()));
}

/** Whether the work ends within the limit, with success or an error. */
export function settlesWithin(work: Promise<unknown>, limitMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const late = setTimeout(() => resolve(false), limitMs);
    const ended = (): void => {
      clearTimeout(late);
      resolve(true);
    };
    work.then(ended, ended);
  });
}
