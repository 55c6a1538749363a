import type { Point } from '#libs/geo';

/**
 * How many requests are remembered; beyond that the oldest half is forgotten, so a busier area has a shorter memory.
 */
export const MAX_REMEMBERED_REQUESTS = 65_536;

interface Request {
  readonly point: Point;
  readonly atMs: number;
}

/** Pickups of recent requests, as the forecast of the next ones. */
export class DemandMemory {
  readonly #spanMs: number;
  #requests: Request[] = [];
  /** Of the first request ever: before it the memory was not empty, but young. */
  #firstAtMs: number | undefined;

  constructor(spanMs: number) {
    this.#spanMs = spanMs;
  }

  /** Requests must arrive roughly in time order. */
  note(point: Point, atMs: number): void {
    this.#firstAtMs ??= atMs;
    this.#requests.push({ point, atMs });
    if (this.#requests.length <= MAX_REMEMBERED_REQUESTS) return;
    this.#requests = this.#requests.slice(-MAX_REMEMBERED_REQUESTS / 2);
    this.#firstAtMs = this.#requests[0]?.atMs;
  }

  /** Pickups of remembered requests, and the time that they span so far. */
  remembered(nowMs: number): { readonly pickups: readonly Point[]; readonly spanMs: number } {
    this.#forget(nowMs);
    const firstMs = this.#firstAtMs ?? nowMs;
    return {
      pickups: this.#requests.map(({ point }) => point),
      spanMs: Math.min(this.#spanMs, nowMs - firstMs),
    };
  }

  /** At most `count` pickups of remembered requests, spread evenly over the remembered time. */
  sample(count: number, nowMs: number): Point[] {
    this.#forget(nowMs);
    const known = this.#requests.length;
    const wanted = Math.min(count, known);
    return Array.from({ length: wanted }, (_, place) => {
      const request = this.#requests[known - 1 - Math.floor((place * known) / wanted)] as Request;
      return request.point;
    });
  }

  #forget(nowMs: number): void {
    const first = this.#requests.findIndex(({ atMs }) => atMs > nowMs - this.#spanMs);
    this.#requests = first < 0 ? [] : this.#requests.slice(first);
  }
}
