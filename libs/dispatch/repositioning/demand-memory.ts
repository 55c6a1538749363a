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

  constructor(spanMs: number) {
    this.#spanMs = spanMs;
  }

  /** Requests must arrive roughly in time order. */
  note(point: Point, atMs: number): void {
    this.#requests.push({ point, atMs });
    if (this.#requests.length > MAX_REMEMBERED_REQUESTS)
      this.#requests = this.#requests.slice(-MAX_REMEMBERED_REQUESTS / 2);
  }

  /** At most `count` pickups of remembered requests, spread evenly over the remembered time. */
  sample(count: number, nowMs: number): Point[] {
    const first = this.#requests.findIndex(({ atMs }) => atMs > nowMs - this.#spanMs);
    this.#requests = first < 0 ? [] : this.#requests.slice(first);
    const known = this.#requests.length;
    const wanted = Math.min(count, known);
    return Array.from({ length: wanted }, (_, place) => {
      const request = this.#requests[known - 1 - Math.floor((place * known) / wanted)] as Request;
      return request.point;
    });
  }
}
