/** Disturbances of a run. */
export interface Troubles {
  /** Standard deviation of the logarithm of estimated over true travel times. */
  readonly etaNoise: number;
  /** Mean time a driver without a trip takes to answer an offer; varies from half to one and a half of it. 0: no delay. */
  readonly answerS: number;
  /** Share of offers that drivers decline. */
  readonly declines: number;
  /** Share of riders who cancel within three minutes of the match, unless picked up before. */
  readonly cancels: number;
  /** Interval of position reports, seconds; 0: always known. */
  readonly staleS: number;
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
  readonly troubles: Troubles;
}

export const NO_TROUBLES: Troubles = {
  etaNoise: 0,
  answerS: 0,
  declines: 0,
  cancels: 0,
  staleS: 0,
  following: 1,
  failover: false,
};
