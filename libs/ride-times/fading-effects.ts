/** What is believed of one place, hour or length: a normal distribution, as of a time. */
interface Belief {
  readonly mean: number;
  readonly variance: number;
  readonly atMs: number;
}

/** How a family of effects is believed to behave before anything is observed. */
export interface EffectPrior {
  /** How much its members are believed to differ: standard deviation of the logarithm of a factor. */
  readonly sd: number;
  /** After what time half of what was learned is forgotten. */
  readonly halfLifeMs: number;
  /** Which number of members is remembered at most; beyond it the one observed least recently is forgotten. */
  readonly maxMembers: number;
}

/** The belief about one member, moved to a time. */
export interface Effect {
  readonly mean: number;
  readonly variance: number;
}

/** Entries of a snapshot: key, mean, variance and time of each remembered member. */
export type EffectEntries = readonly (readonly [key: string, mean: number, variance: number, atMs: number])[];

/**
 * Effects of one kind, such as those of the hours: each begins at 0 with the variance of the prior, is moved by what is
 * observed, and returns to the prior with time. Few observations move an effect little: that is the shrinkage.
 */
export class FadingEffects {
  readonly prior: EffectPrior;
  readonly #beliefs = new Map<string, Belief>();

  constructor(prior: EffectPrior) {
    this.prior = prior;
  }

  get size(): number {
    return this.#beliefs.size;
  }

  at(key: string, atMs: number): Effect {
    const priorVariance = this.prior.sd ** 2;
    const known = this.#beliefs.get(key);
    if (known === undefined) return { mean: 0, variance: priorVariance };
    const kept = 0.5 ** (Math.max(0, atMs - known.atMs) / this.prior.halfLifeMs);
    return {
      mean: known.mean * kept,
      variance: priorVariance + (known.variance - priorVariance) * kept ** 2,
    };
  }

  /** Keeps a belief as of a time; an observation that comes late does not set the time back. */
  set(key: string, { mean, variance }: Effect, atMs: number): void {
    const known = this.#beliefs.get(key);
    this.#beliefs.delete(key);
    if (known === undefined && this.#beliefs.size >= this.prior.maxMembers)
      for (const oldest of this.#beliefs.keys()) {
        this.#beliefs.delete(oldest);
        break;
      }
    this.#beliefs.set(key, { mean, variance, atMs: Math.max(atMs, known?.atMs ?? atMs) });
  }

  entries(): EffectEntries {
    return [...this.#beliefs].map(([key, { mean, variance, atMs }]) => [key, mean, variance, atMs] as const);
  }

  restore(entries: EffectEntries): void {
    for (const [key, mean, variance, atMs] of entries) this.set(key, { mean, variance }, atMs);
  }
}
