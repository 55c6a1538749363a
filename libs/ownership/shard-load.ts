/** The load of a shard on its owner, averaged over some seconds of service time. */
export interface ShardLoad {
  readonly openTrips: number;
  readonly requestsPerS: number;
  readonly pingsPerS: number;
  /** Matcher time spent on the shard; the planner balances by it. */
  readonly busyMsPerS: number;
}
