/** A shard by its H3 cell string; resolution 6 until hot ones split. */
export type ShardKey = string;

/** The name of one matcher instance, e.g. `matcher-1`. */
export type InstanceName = string;

/**
 * The owner and epoch of a shard. The epoch is the fencing number of the shard: each committed change of owner or
 * incarnation raises it by one, and the higher epoch is the newer claim. Postgres ensures one owner per epoch of a
 * shard. `owner` is null while the shard has no owner.
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
