import type { EventFact, ShardChangeFact, TripFact, Violation } from './facts.ts';
import { isInside } from './lineage.ts';

/**
 * Matchers' decisions that were committed under an epoch not in force. In the write-ahead log the change to an epoch, its
 * offers and the change to the next epoch stand in this order, since each offer locks the row of the shard.
 */
export function staleEpochCommits(
  events: readonly EventFact[],
  changes: readonly ShardChangeFact[],
  trips: readonly TripFact[],
): Violation[] {
  const historyOf = Map.groupBy(changes, ({ shard }) => shard);
  const pickupOf = new Map(trips.map(({ tripId, pickupCell }) => [tripId, pickupCell]));
  return events.filter(isDecision).flatMap((offer) => {
    const reason = whyStale(offer, historyOf, pickupOf.get(offer.tripId));
    return reason === undefined ? [] : [`${offer.type} ${offer.tripId}#${offer.seq}: ${reason}`];
  });
}

/** Matchers' decisions: offers, and drivers at work who are assigned to another rider. */
function isDecision({ type, asked }: EventFact): boolean {
  return type === 'offer_made' || type === 'driver_assigned' || (type === 'driver_swapped' && !asked);
}

function whyStale(
  { shard, epoch, lsn }: EventFact,
  historyOf: ReadonlyMap<string, readonly ShardChangeFact[]>,
  pickupCell: string | undefined,
): string | undefined {
  if (shard === null || epoch === null || lsn === null) return 'names no shard, epoch or place in the log';
  if (pickupCell === undefined || !isInside(pickupCell, shard)) return `its pickup is not in ${shard}`;
  const history = historyOf.get(shard) ?? [];
  const own = history.find((change) => change.epoch === epoch);
  if (own === undefined) return `${shard} never had epoch ${epoch}`;
  if (own.owner === null || own.retired) return `${shard} had no owner at epoch ${epoch}`;
  if (own.lsn >= lsn) return `committed before ${shard} moved to epoch ${epoch}`;
  const overtaking = history.find((change) => change.epoch > epoch && change.lsn <= lsn);
  if (overtaking !== undefined) return `${shard} was at epoch ${overtaking.epoch} already, not at ${epoch}`;
  return undefined;
}
