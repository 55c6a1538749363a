import type { TokenSource } from '../rest/http-client.ts';

/** How long before its end a token is renewed, or at half of its time if that is later. */
const RENEWED_BEFORE_END_MS = 60_000;
/** Shortest pause between two looks for a newer token. */
const SHORTEST_PAUSE_MS = 1_000;
/** Longest time that timers take; a later end is looked at again then. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
const MS_PER_S = 1000;

/**
 * Gives a newer token to an open WebSocket before that of its ticket ends. The end is read from the token itself; of one
 * that is no JWT it is not known, and the service closes the WebSocket when it ends.
 */
export class TokenRenewal {
  readonly #source: TokenSource;
  readonly #present: (token: string) => Promise<boolean>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Given for the newest request. */
  #latest: string | undefined;
  /** Behind the open WebSocket. */
  #presented: string | undefined;

  /** @param present gives the WebSocket a token; false if it was not taken */
  constructor(source: TokenSource, present: (token: string) => Promise<boolean>) {
    this.#source = source;
    this.#present = present;
  }

  /** The token for a request, remembered as the newest. */
  async token(rejected?: string): Promise<string> {
    return (this.#latest = await this.#source(rejected));
  }

  /** The WebSocket is open; the newest token got its ticket. */
  start(): void {
    this.#presented = this.#latest;
    this.#schedule();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    const endMs = this.#presented === undefined ? undefined : endOf(this.#presented);
    if (endMs === undefined) return;
    const leftMs = endMs - Date.now();
    const pauseMs = Math.max(leftMs - RENEWED_BEFORE_END_MS, leftMs / 2, SHORTEST_PAUSE_MS);
    this.#timer = setTimeout(() => void this.#renew(), Math.min(pauseMs, LONGEST_TIMER_MS));
  }

  async #renew(): Promise<void> {
    const timer = this.#timer;
    try {
      const token = await this.token();
      if (token !== this.#presented && (await this.#present(token))) this.#presented = token;
    } catch {
      // The source could not give one now: the next look asks it again.
    }
    // Unless stopped or started again meanwhile.
    if (timer === this.#timer) this.#schedule();
  }
}

/** When a JWT ends, in milliseconds since the epoch; undefined if the token does not tell. */
function endOf(token: string): number | undefined {
  const [, payload] = token.split('.');
  try {
    const claims = JSON.parse(atob((payload ?? '').replaceAll('-', '+').replaceAll('_', '/'))) as unknown;
    const { exp } = claims as { exp?: unknown };
    return typeof exp === 'number' ? exp * MS_PER_S : undefined;
  } catch {
    return undefined;
  }
}
