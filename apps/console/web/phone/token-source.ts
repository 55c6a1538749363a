import type { TokenSource } from '#sdk';
import { call } from '../ops-api/call.ts';

/** How long before its end a token is not given any more. */
const LEFT_MS = 15_000;

interface Token {
  access_token: string;
  expires_at: string;
}

/** The access token of the person, from the session that the console keeps; asked for once until it ends. */
export function tokenSource(
  app: 'rider' | 'driver',
  ask: () => Promise<Token> = () => call<Token>(`/v1/console/token?app=${app}`, { method: 'POST' }),
  now: () => number = Date.now,
): TokenSource {
  let asked: Promise<Token> | undefined;
  let kept: Token | undefined;
  return async (rejected) => {
    const isUsable = kept !== undefined && Date.parse(kept.expires_at) - LEFT_MS > now();
    if (kept !== undefined && isUsable && kept.access_token !== rejected) return kept.access_token;
    asked ??= ask().finally(() => (asked = undefined));
    kept = await asked;
    return kept.access_token;
  };
}
