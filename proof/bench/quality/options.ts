import type { RideTimesSnapshot } from '#libs/ride-times';
import type { RideTimeSource } from './quoted-rides.ts';

/** Disturbances of a run. */
export interface Troubles {
  /**
   * Standard deviation of the logarithm of true over told times of drives to pickups and of moves. Rides are told by the
   * street network and take their recorded time, whatever this is.
   */
  readonly etaNoise: number;
  /** Mean time a driver without a trip takes to answer an offer; varies from half to one and a half of it. 0: no delay. */
  readonly answerS: number;
  /** Share of offers that drivers decline. */
  readonly declines: number;
  /** Share of riders who cancel within three minutes of the match, unless picked up before. */
  readonly cancels: number;
  /** Interval of position reports, seconds; 0: each round. */
  readonly staleS: number;
  /** How late a matcher hears of its neighbours' decisions, seconds. */
  readonly newsDelayS: number;
  /** Share of drivers who follow repositioning advice. */
  readonly following: number;
  /** One matcher crashes in the middle for some seconds, and restarts without its learned statistics. */
  readonly failover: boolean;
}

/** One run of one policy. */
export interface RunOptions {
  readonly fromS: number;
  readonly toS: number;
  readonly fleet: number;
  readonly seed: number;
  readonly matchers: number;
  readonly maxWaitS: number;
  readonly roundS: number;
  /** Greatest straight-line distance of a candidate, and the width of the halo around a matcher's shards. */
  readonly pickupRadiusM: number;
  /** Where quotes take ride times from. */
  readonly rideTimes: RideTimeSource;
  /** What was learned of ride times before the start; undefined: nothing. */
  readonly learnedBefore?: RideTimesSnapshot | undefined;
  readonly troubles: Troubles;
}

/** As live: positions every 4 s, neighbours' trips by a sweep every second. */
export const NO_TROUBLES: Troubles = {
  etaNoise: 0,
  answerS: 0,
  declines: 0,
  cancels: 0,
  staleS: 4,
  newsDelayS: 1,
  following: 1,
  failover: false,
};
