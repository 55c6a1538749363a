import { randomStream } from '#libs/random';

/** A driver's answer to an offer, and its delay. */
export interface OfferDecision {
  readonly answer: 'accept' | 'decline' | 'ignore';
  readonly thinkMs: number;
}

/** How a driver serves a trip it has accepted. */
export interface TripDecision {
  /** Time for the rider to get in. */
  readonly boardMs: number;
  /** Share of the drive to the pickup after which the driver gives the trip back; null: never. */
  readonly cancelAtShare: number | null;
}

/** An idle driver parks for a while, then cruises to a place nearby. */
export interface IdleDecision {
  readonly parkMs: number;
  /** Metres east and north of its position. */
  readonly cruiseEastM: number;
  readonly cruiseNorthM: number;
}

export interface DriverHabits {
  readonly acceptProbability: number;
  readonly cancelProbability: number;
  /** Probability that a driver follows repositioning hints. */
  readonly followProbability: number;
}

const THINK_MS = [1_000, 4_000] as const;
const BOARD_MS = [3_000, 12_000] as const;
const PARK_MS = [30_000, 180_000] as const;
/** Standard deviation of a cruise in each direction: a few blocks. */
const CRUISE_M = 300;
/** Share of unaccepted offers that the driver leaves unanswered instead of declining. */
const IGNORE_SHARE = 0.3;

/** The random choices of a driver, as pure functions of the seed, the driver and the number of the question. */
export interface DriverDecisions {
  offer(count: number): OfferDecision;
  trip(count: number): TripDecision;
  idle(count: number): IdleDecision;
  /** Fixed for each driver. */
  readonly followsHints: boolean;
}

export function driverDecisions(seed: number, driver: number, habits: DriverHabits): DriverDecisions {
  return {
    followsHints: randomStream(seed, 'driver-hints', driver).chance(habits.followProbability),
    offer: (count) => {
      const random = randomStream(seed, 'driver-offer', driver, count);
      const thinkMs = random.between(...THINK_MS);
      if (random.chance(habits.acceptProbability)) return { answer: 'accept', thinkMs };
      return { answer: random.chance(IGNORE_SHARE) ? 'ignore' : 'decline', thinkMs };
    },
    trip: (count) => {
      const random = randomStream(seed, 'driver-trip', driver, count);
      const boardMs = random.between(...BOARD_MS);
      const cancels = random.chance(habits.cancelProbability);
      return { boardMs, cancelAtShare: cancels ? random.between(0.2, 0.9) : null };
    },
    idle: (count) => {
      const random = randomStream(seed, 'driver-idle', driver, count);
      return {
        parkMs: random.between(...PARK_MS),
        cruiseEastM: random.normal() * CRUISE_M,
        cruiseNorthM: random.normal() * CRUISE_M,
      };
    },
  };
}
