import type { TokenSource } from './http-client.ts';

/** A source that fetches a token when one is first needed, and another one only after the service has refused it. */
export function rememberedToken(fetchToken: () => Promise<string>): TokenSource {
  let known: { token?: string; fetched: Promise<string> } | undefined;
  const fetchAnew = (): Promise<string> => {
    const entry: typeof known = { fetched: fetchToken() };
    known = entry;
    entry.fetched.then(
      (token) => (entry.token = token),
      () => {
        // The next request tries again.
        if (known === entry) known = undefined;
      },
    );
    return entry.fetched;
  };
  return (rejected) => {
    // One that another request has fetched meanwhile is newer than the refused one.
    const isRefused = rejected !== undefined && known?.token === rejected;
    return known === undefined || isRefused ? fetchAnew() : known.fetched;
  };
}
