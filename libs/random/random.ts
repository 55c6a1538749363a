/**
 * A small seeded generator (sfc32, Chris Doty-Humphrey, PractRand). {@link randomStream} gives every entity and
 * question its own stream, so one driver's decisions do not depend on the order of the others'.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(a: number, b: number, c: number) {
    this.#a = a | 0;
    this.#b = b | 0;
    this.#c = c | 0;
    for (let round = 0; round < WARM_UP_ROUNDS; round++) this.uint32();
  }

  /** 0 to 2^32 - 1. */
  uint32(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** In [0, 1). */
  fraction(): number {
    return this.uint32() / 0x1_0000_0000;
  }

  /** In [low, high). */
  between(low: number, high: number): number {
    return low + (high - low) * this.fraction();
  }

  /** A whole number in [0, count). */
  below(count: number): number {
    return Math.floor(this.fraction() * count);
  }

  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  /** Exponentially distributed: the gap between events of a Poisson process. */
  exponential(mean: number): number {
    return -mean * Math.log(1 - this.fraction());
  }

  /** Normally distributed (Box–Muller), mean 0 and deviation 1. */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.fraction())) * Math.cos(2 * Math.PI * this.fraction());
  }

  /** One of the items, uniformly distributed. @throws RangeError for none */
  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new RangeError('nothing to pick from');
    return item;
  }
}

/** How many rounds sfc32 needs to mix its seed into every bit. */
const WARM_UP_ROUNDS = 12;

/**
 * The stream of one question of one entity: equal (seed, kind, numbers) give the same stream, all others are
 * independent.
 */
export function randomStream(seed: number, kind: string, ...numbers: readonly number[]): Random {
  let [a, b, c] = [0x9e37_79b9, 0x85eb_ca6b, 0xc2b2_ae35];
  const mix = (value: number): void => {
    a = Math.imul(a ^ value, 0x85eb_ca6b);
    b = Math.imul(b ^ a ^ (a >>> 15), 0xc2b2_ae35);
    c = Math.imul(c ^ b ^ (b >>> 13), 0x27d4_eb2f);
    a ^= c >>> 16;
  };
  mix(seed | 0);
  mix(Math.floor(seed / 0x1_0000_0000) | 0);
  for (let place = 0; place < kind.length; place++) mix(kind.charCodeAt(place));
  for (const number of numbers) {
    mix(number | 0);
    mix(Math.floor(number / 0x1_0000_0000) | 0);
  }
  return new Random(a, b, c);
}

/** Seeded numbers in [0, 1), for callers that need only a function. */
export function seededFractions(seed: number): () => number {
  const random = randomStream(seed, 'fractions');
  return () => random.fraction();
}
