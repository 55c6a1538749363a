import type { DemandMark, OpenDemand, OpenTrip } from '#libs/dispatch';
import type { ShardKey } from '#libs/ownership';

/** The answer to "what is open in these shards?". */
export interface Sweep {
  /** The shards that were asked about and are owned still, now that the answer is here. */
  readonly shards: readonly ShardKey[];
  readonly trips: readonly OpenTrip[];
  /** The list was cut: a trip that is not in it may be open all the same. */
  readonly truncated: boolean;
  /** Taken before the question was sent. */
  readonly asked: DemandMark;
}

/**
 * Makes the demand what the sweep says, but for what was heard since it was asked. Returns trips there was no room
 * for.
 */
export function reconcile(demand: OpenDemand, { shards, trips, truncated, asked }: Sweep): number {
  const byShard = Map.groupBy(trips, (trip) => trip.shard);
  let full = 0;
  for (const shard of shards) {
    const listed = byShard.get(shard) ?? [];
    if (truncated) full += listed.filter((trip) => demand.upsert(trip) === 'full').length;
    else full += demand.replaceShard(shard, listed, asked).full;
  }
  return full;
}
