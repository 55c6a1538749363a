/** What may go otherwise than planned. */
export interface Troubles {
  /** Standard deviation of the logarithm of what engines are told of travel times, against how long they take. */
  readonly etaNoise: number;
  /** Drivers who have nobody to pick up think so long about an offer, half as long to half as long again; 0: not at all. */
  readonly answerS: number;
  /** Share of offers that drivers decline. */
  readonly declines: number;
  /** Share of riders who cancel within three minutes of having a driver, unless they are picked up before. */
  readonly cancels: number;
  /** Positions are told so often, in seconds; 0: always known. */
  readonly staleS: number;
  /** Share of drivers who go where they are sent. */
  readonly following: number;
  /** One matcher is away for some seconds in the middle, and has forgotten all it learned. */
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
