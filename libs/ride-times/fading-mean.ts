/** A weighted mean whose observations fade, with a prior that weighs as much as so many of them. */
export class FadingMean {
  readonly #halfLifeMs: number;
  #sum = 0;
  #weight = 0;
  #atMs = -Infinity;

  constructor(halfLifeMs: number) {
    this.#halfLifeMs = halfLifeMs;
  }

  note(value: number, weight: number, atMs: number): void {
    const kept = this.#kept(atMs);
    this.#sum = this.#sum * kept + value * weight;
    this.#weight = this.#weight * kept + weight;
    this.#atMs = Math.max(this.#atMs, atMs);
  }

  /** @param priorWeight how much the prior weighs, in the unit of the observations' weights */
  at(atMs: number, prior: number, priorWeight: number): number {
    const kept = this.#kept(atMs);
    return (this.#sum * kept + prior * priorWeight) / (this.#weight * kept + priorWeight);
  }

  /** Sum, weight and time; the time is null before the first observation. */
  state(): FadingMeanState {
    return [this.#sum, this.#weight, Number.isFinite(this.#atMs) ? this.#atMs : null];
  }

  restore([sum, weight, atMs]: FadingMeanState): void {
    this.#sum = sum;
    this.#weight = weight;
    this.#atMs = atMs ?? -Infinity;
  }

  #kept(atMs: number): number {
    return this.#weight === 0 ? 1 : 0.5 ** (Math.max(0, atMs - this.#atMs) / this.#halfLifeMs);
  }
}

export type FadingMeanState = readonly [sum: number, weight: number, atMs: number | null];
