import type { DemandMark, OpenDemand, OpenTrip } from '#libs/dispatch';
import type { ShardKey } from '#libs/ownership';

/** Result of one sweep. */
export interface Sweep {
  /** The requested shards that are still owned when the reply arrives. */
  readonly shards: readonly ShardKey[];
  readonly trips: readonly OpenTrip[];
  /** The list was cut: a trip missing from it may still be open. */
  readonly truncated: boolean;
  /** Taken before the request was sent. */
  readonly asked: DemandMark;
}

/** Replaces the demand of the swept shards, except what changed after `asked`. Returns how many trips did not fit. */
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
