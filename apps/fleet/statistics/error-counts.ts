/** Distinct codes that are kept apart; a service that makes codes up does not fill our memory. */
const MAX_CODES = 100;
const OTHER_CODES = 'other';

/** What went wrong, by code. */
export class ErrorCounts {
  readonly #counts = new Map<string, number>();
  #total = 0;

  add(code: string): void {
    const key = this.#counts.has(code) || this.#counts.size < MAX_CODES ? code : OTHER_CODES;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    this.#total++;
  }

  get total(): number {
    return this.#total;
  }

  byCode(): Record<string, number> {
    return Object.fromEntries([...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}
