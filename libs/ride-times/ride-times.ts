import type { EffectEntries, FadingEffects } from './fading-effects.ts';
import { FadingMean, type FadingMeanState } from './fading-mean.ts';
import { HourLevels } from './hour-levels.ts';
import { normalQuantile } from './normal-quantile.ts';
import {
  LENGTH_CLASSES,
  lengthClassOf,
  RideFeatures,
  type Feature,
  type RideQuestion,
} from './ride-features.ts';

const MS_PER_DAY = 24 * 3_600_000;
/** How far rides deviate from what is known of them, before any was observed: standard deviation of the logarithm. */
const FIRST_SPREAD = 0.4;
/** Which spread is the least that is believed: lights and doors alone cause as much. */
const MIN_SPREAD = 0.05;
/** How many rides the first belief about spread and mean weighs … */
const PRIOR_RIDES = 50;
/** … and how long each of them is, seconds. */
const PRIOR_RIDE_S = 600;
/** After what time half of what was learned about spread and mean is forgotten. */
const SPREAD_HALF_LIFE_MS = 7 * MS_PER_DAY;
/** A ride that deviates by more standard deviations than this counts as if it deviated by this many. */
const MAX_DEVIATIONS = 2.5;
/** How many times slower or faster than the street network rides are believed to be at most. */
const MAX_FACTOR = 3;
/** Which street time is the shortest that a ride needs to teach anything. */
const MIN_STREET_S = 1;

/** A ride that has ended. */
export interface CompletedRide {
  readonly pickup: RideQuestion['pickup'];
  readonly dropoff: RideQuestion['dropoff'];
  readonly startedAtMs: number;
  /** What the street network said. */
  readonly streetS: number;
  readonly actualS: number;
}

/** How long a ride will take. */
export interface RideEstimate {
  /** Expected seconds. */
  readonly meanS: number;
  /** Expected over street time. */
  readonly factor: number;
  /** How much of the doubt about this ride's factor observations have removed: 0 none, towards 1 nearly all. */
  readonly weight: number;
  /** Seconds that a share of such rides do not exceed. @param share above 0 and below 1 */
  readonly quantileS: (share: number) => number;
}

/** What was learned, as plain JSON. */
export interface RideTimesSnapshot {
  readonly version: 1;
  /** Of each kind of effect: what is remembered. */
  readonly effects: Readonly<Record<string, EffectEntries>>;
  readonly spreads: readonly FadingMeanState[];
  readonly scale: FadingMeanState;
  readonly newestMs: number | null;
  readonly observed: number;
}

/** What is believed of a ride: the logarithm of its typical factor, and the doubt. */
interface Belief {
  readonly parts: readonly { readonly feature: Feature; readonly mean: number; readonly variance: number }[];
  readonly log: number;
  readonly variance: number;
  readonly priorVariance: number;
  readonly spread: number;
}

/**
 * Learns how long rides take, compared with the street network's time, from completed rides. The logarithm of the
 * factor is a sum of effects: city, hour, present traffic, length and places. Each is shrunk to nothing while few rides
 * speak for it, and fades when none do. Memory is bounded, since each kind of effect is.
 */
export class RideTimes {
  readonly #levels: HourLevels;
  readonly #features = new RideFeatures();
  /** Squared deviations of the logarithm: of all rides, then by class of length. */
  readonly #spreads = Array.from({ length: 1 + LENGTH_CLASSES }, () => new FadingMean(SPREAD_HALF_LIFE_MS));
  /** Actual over typical seconds, weighed by the typical ones: makes the mean of a skewed distribution right. */
  readonly #scale = new FadingMean(SPREAD_HALF_LIFE_MS);
  #observed = 0;

  /** @param localHour whole hours since the local 1970-01-01T00:00 */
  constructor(localHour: (atMs: number) => number) {
    this.#levels = new HourLevels(localHour);
  }

  /** How many rides were learned from. */
  get observed(): number {
    return this.#observed;
  }

  /** The level of the whole city at a time: expected over street time, without a ride's length and places. */
  cityFactor(atMs: number): number {
    const log = this.#levels.expectedAt(atMs).mean + this.#levels.now.at('', atMs).mean;
    return bounded(Math.exp(log) * this.#scaleAt(atMs));
  }

  /** An absurd ride teaches little, one without a finite time nothing. Returns whether it was learned from. */
  observe({ pickup, dropoff, startedAtMs, streetS, actualS }: CompletedRide): boolean {
    if (!Number.isFinite(startedAtMs) || !(streetS >= MIN_STREET_S && streetS < Infinity)) return false;
    if (!(actualS >= 0 && actualS < Infinity)) return false;
    this.#levels.turnTo(startedAtMs);
    const believed = this.#believe({ pickup, dropoff, atMs: startedAtMs, streetS });
    const totalVariance = believed.variance + believed.spread ** 2;
    const limit = MAX_DEVIATIONS * Math.sqrt(totalVariance);
    const deviation = Math.log(Math.max(1, actualS) / streetS) - believed.log;
    const heeded = Math.min(limit, Math.max(-limit, deviation));
    for (const { feature, mean, variance } of believed.parts) {
      const gain = (feature.share * variance) / totalVariance;
      const left = variance * (1 - gain * feature.share);
      feature.effects.set(feature.key, { mean: mean + gain * heeded, variance: left }, startedAtMs);
    }
    this.#spreads[0]?.note(heeded ** 2, 1, startedAtMs);
    this.#spreads[1 + lengthClassOf(streetS)]?.note(heeded ** 2, 1, startedAtMs);
    const typicalS = streetS * bounded(Math.exp(believed.log));
    // A ratio that is off because little was known yet says nothing about the skew.
    const certainty = Math.max(0, 1 - believed.variance / believed.priorVariance);
    this.#scale.note(bounded(actualS / typicalS), certainty ** 2 * typicalS, startedAtMs);
    this.#observed++;
    return true;
  }

  estimate(question: RideQuestion): RideEstimate {
    const streetS = Math.max(0, question.streetS);
    const { log, variance, priorVariance, spread } = this.#believe(question);
    const factor = bounded(Math.exp(log) * this.#scaleAt(question.atMs));
    const deviation = Math.sqrt(variance + spread ** 2);
    const typicalS = streetS * bounded(Math.exp(log));
    return {
      meanS: streetS * factor,
      factor,
      weight: 1 - variance / priorVariance,
      quantileS: (share) => typicalS * Math.exp(deviation * normalQuantile(share)),
    };
  }

  snapshot(): RideTimesSnapshot {
    return {
      version: 1,
      effects: Object.fromEntries(this.#kinds().map(([kind, effects]) => [kind, effects.entries()])),
      spreads: this.#spreads.map((spread) => spread.state()),
      scale: this.#scale.state(),
      newestMs: this.#levels.newestMs ?? null,
      observed: this.#observed,
    };
  }

  /** Continues from a snapshot as the model that it was taken of. */
  static from(snapshot: RideTimesSnapshot, localHour: (atMs: number) => number): RideTimes {
    const times = new RideTimes(localHour);
    for (const [kind, effects] of times.#kinds()) effects.restore(snapshot.effects[kind] ?? []);
    for (const [place, spread] of times.#spreads.entries()) {
      const state = snapshot.spreads[place];
      if (state !== undefined) spread.restore(state);
    }
    times.#scale.restore(snapshot.scale);
    times.#levels.restoreNewest(snapshot.newestMs ?? undefined);
    times.#observed = snapshot.observed;
    return times;
  }

  #kinds(): [string, FadingEffects][] {
    const { city, hourOfDay, hourOfWeek, now } = this.#levels;
    const { length, pickup, dropoff, pair } = this.#features;
    return Object.entries({ city, hourOfDay, hourOfWeek, now, length, pickup, dropoff, pair });
  }

  #believe(question: RideQuestion): Belief {
    const { atMs, streetS } = question;
    const level = this.#levels.expectedAt(atMs);
    const features = [{ effects: this.#levels.now, key: '', share: 1 }, ...this.#features.of(question)];
    let { mean: log, variance, priorVariance } = level;
    const parts = features.map((feature) => {
      const effect = feature.effects.at(feature.key, atMs);
      log += feature.share * effect.mean;
      variance += feature.share ** 2 * effect.variance;
      priorVariance += feature.share ** 2 * feature.effects.prior.sd ** 2;
      return { feature, ...effect };
    });
    return { parts, log, variance, priorVariance, spread: this.#spreadAt(atMs, streetS) };
  }

  #spreadAt(atMs: number, streetS: number): number {
    const first = FIRST_SPREAD ** 2;
    const ofAll = this.#spreads[0]?.at(atMs, first, PRIOR_RIDES) ?? first;
    const ofLength = this.#spreads[1 + lengthClassOf(streetS)]?.at(atMs, ofAll, PRIOR_RIDES) ?? ofAll;
    return Math.max(MIN_SPREAD, Math.sqrt(ofLength));
  }

  #scaleAt(atMs: number): number {
    return this.#scale.at(atMs, 1, PRIOR_RIDES * PRIOR_RIDE_S);
  }
}

function bounded(factor: number): number {
  return Math.min(MAX_FACTOR, Math.max(1 / MAX_FACTOR, factor));
}
