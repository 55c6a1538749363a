import { quantile } from './quantile.ts';

/** How often a quote is asked for: often enough for a median, too seldom to be load. */
const EVERY_MS = 100;
/** In the middle of the built-in city. */
const QUOTE = {
  product: 'standard',
  pickup: { lat: 38.7139, lng: -9.1394 },
  dropoff: { lat: 38.7223, lng: -9.1393 },
};

interface Addresses {
  'rider-api': string;
  'dev-issuer': string;
}

/** Asks for quotes as a rider does, all the time: what the city makes its riders wait. */
export class QuoteProbe {
  readonly #url: string;
  readonly #token: string;
  #timer: NodeJS.Timeout | undefined;
  #tookMs: number[] = [];

  private constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  static async start(urls: Addresses): Promise<QuoteProbe> {
    const answer = await fetch(`${urls['dev-issuer']}/v1/tokens`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ role: 'rider' }),
    });
    const { token } = (await answer.json()) as { token: string };
    const probe = new QuoteProbe(urls['rider-api'], token);
    probe.#timer = setInterval(() => void probe.#ask(), EVERY_MS);
    return probe;
  }

  /** Forgets the answers so far. */
  begin(): void {
    this.#tookMs = [];
  }

  /** How long answers took since `begin`. */
  end(): { p50: number; p95: number } {
    return { p50: quantile(this.#tookMs, 0.5), p95: quantile(this.#tookMs, 0.95) };
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #ask(): Promise<void> {
    const startedAt = performance.now();
    const answer = await fetch(`${this.#url}/v1/quotes`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${this.#token}` },
      body: JSON.stringify(QUOTE),
    });
    await answer.arrayBuffer();
    if (answer.ok) this.#tookMs.push(performance.now() - startedAt);
  }
}
