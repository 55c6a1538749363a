/** A shard by its H3 cell string; resolution 6 until hot ones split. */
export type ShardKey = string;

/** The name of one matcher instance, e.g. `matcher-1`. */
export type InstanceName = string;

/**
 * Who owns a shard since which epoch. The epoch is the fencing number of the shard: it rises by one with each
 * committed change of owner or incarnation and decides which of two claims is newer; Postgres makes sure that one
 * epoch of one shard has one owner. `owner` is null while nobody owns the shard.
 */
export interface ShardClaim {
  readonly shard: ShardKey;
  readonly epoch: number;
  readonly owner: InstanceName | null;
}

/** A claim that has an owner. */
export interface OwnedShard extends ShardClaim {
  readonly owner: InstanceName;
}
