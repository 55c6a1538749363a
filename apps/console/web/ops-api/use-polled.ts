import { useCallback, useEffect, useEffectEvent, useMemo, useState } from 'react';

/** What a page shows of data that it reads again and again. */
export interface Polled<T> {
  data: T | undefined;
  /** The latest failure; undefined after a success. Older data stays shown. */
  error: unknown;
  reload: () => void;
}

/**
 * Reads data at once and then every `everyMs` after the last answer, while the page is visible; 0: once. A new `key` drops
 * the data and reads again.
 */
export function usePolled<T>(
  key: string,
  read: (signal: AbortSignal) => Promise<T>,
  everyMs: number,
): Polled<T> {
  const [state, setState] = useState<{ key: string; data?: T; error?: unknown }>({ key });
  const [turn, setTurn] = useState(0);
  const run = useMemo(() => ({ key, turn }), [key, turn]);
  const readNow = useEffectEvent(read);
  useEffect(() => {
    const abort = new AbortController();
    let timer: number | undefined;
    const next = async (): Promise<void> => {
      try {
        const data = await readNow(abort.signal);
        if (!abort.signal.aborted) setState({ key: run.key, data });
      } catch (error) {
        if (abort.signal.aborted) return;
        setState((before) => ({
          key: run.key,
          error,
          ...(before.key === run.key && before.data !== undefined && { data: before.data }),
        }));
      }
      if (everyMs > 0 && !abort.signal.aborted) timer = window.setTimeout(whenVisible, everyMs);
    };
    const whenVisible = (): void => {
      if (!document.hidden) void next();
      else document.addEventListener('visibilitychange', whenVisible, { once: true, signal: abort.signal });
    };
    void next();
    return () => {
      abort.abort();
      window.clearTimeout(timer);
    };
  }, [run, everyMs]);
  const reload = useCallback(() => setTurn((before) => before + 1), []);
  const current = state.key === key ? state : { key };
  return { data: current.data, error: current.error, reload };
}
