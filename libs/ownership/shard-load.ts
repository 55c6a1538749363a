/** What a shard asks of its owner, averaged over some seconds of service time. */
export interface ShardLoad {
  readonly openTrips: number;
  readonly requestsPerS: number;
  readonly pingsPerS: number;
  /** Time of the matcher spent on the shard: the unit that the planner balances by. */
  readonly busyMsPerS: number;
}
