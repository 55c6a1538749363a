import { randomStream } from '#libs/random';

/** What a driver makes of an offer, and after how long. */
export interface OfferDecision {
  readonly answer: 'accept' | 'decline' | 'ignore';
  readonly thinkMs: number;
}

/** How a driver goes about a trip it has accepted. */
export interface TripDecision {
  /** Time for the rider to get in. */
  readonly boardMs: number;
  /** The share of the way to the pickup after which the driver gives the trip back; null: it does not. */
  readonly cancelAtShare: number | null;
}

/** What an idle driver does: stands for a while, then rolls to somewhere near. */
export interface IdleDecision {
  readonly parkMs: number;
  /** Metres east and north of where it stands. */
  readonly cruiseEastM: number;
  readonly cruiseNorthM: number;
}

export interface DriverHabits {
  readonly acceptProbability: number;
  readonly cancelProbability: number;
  /** That a driver is one who goes where riders are expected. */
  readonly followProbability: number;
}

const THINK_MS = [1_000, 4_000] as const;
const BOARD_MS = [3_000, 12_000] as const;
const PARK_MS = [30_000, 180_000] as const;
/** How far a cruise leads in each direction: a few blocks. */
const CRUISE_M = 300;
/** Which share of the drivers who do not accept does not answer at all. */
const IGNORE_SHARE = 0.3;

/** Everything that is chance about a driver, as pure functions of the seed, the driver and how often it was asked. */
export interface DriverDecisions {
  offer(count: number): OfferDecision;
  trip(count: number): TripDecision;
  idle(count: number): IdleDecision;
  /** The same driver always does, or never. */
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
