import type { InstanceName, ShardClaim, ShardKey } from './shard-claim.ts';
import type { ShardMap } from './shard-map.ts';

/** The shard and epoch that a request to an owner names. */
export interface RoutedTo {
  readonly shard: ShardKey;
  readonly epoch: number;
}

/**
 * `ok`: serve the request. `moved`: not ours at that epoch. `claim` is the newer claim that the caller lacks. It is
 * null if the caller knows more (a later epoch, or a shard unknown here) or if the shard was split or merged; the
 * caller then reloads the map from its source.
 */
export type OwnershipAnswer =
  { readonly result: 'ok' } | { readonly result: 'moved'; readonly claim: ShardClaim | null };

/** Answer of the instance `self`, which knows `map`, to a request for a shard at an epoch. */
export function answer(map: ShardMap, request: RoutedTo, self: InstanceName): OwnershipAnswer {
  const claim = map.claim(request.shard);
  if (claim === undefined || claim.epoch < request.epoch) return { result: 'moved', claim: null };
  if (claim.epoch > request.epoch) return { result: 'moved', claim };
  if (!map.isCurrent(claim)) return { result: 'moved', claim: null };
  return claim.owner === self ? { result: 'ok' } : { result: 'moved', claim };
}
