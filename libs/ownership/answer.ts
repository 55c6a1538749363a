import type { InstanceName, ShardClaim, ShardKey } from './shard-claim.ts';
import type { ShardMap } from './shard-map.ts';

/** What a request that depends on ownership says it believes. */
export interface RoutedTo {
  readonly shard: ShardKey;
  readonly epoch: number;
}

/**
 * `ok`: serve the request. `moved`: not ours at that epoch; `claim` is the newer one that the asker lacks, or null
 * when it knows more than we do (a later epoch than ours, or a shard we never heard of) or when the shard was split or
 * merged, and should ask the source of the map.
 */
export type OwnershipAnswer =
  { readonly result: 'ok' } | { readonly result: 'moved'; readonly claim: ShardClaim | null };

/** How the instance `self`, which knows `map`, answers a request that believes it owns a shard at an epoch. */
export function answer(map: ShardMap, request: RoutedTo, self: InstanceName): OwnershipAnswer {
  const claim = map.claim(request.shard);
  if (claim === undefined || claim.epoch < request.epoch) return { result: 'moved', claim: null };
  if (claim.epoch > request.epoch) return { result: 'moved', claim };
  if (!map.isCurrent(claim)) return { result: 'moved', claim: null };
  return claim.owner === self ? { result: 'ok' } : { result: 'moved', claim };
}
