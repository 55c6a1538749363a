import type { ShardClaim } from './shard-claim.ts';

/**
 * A claim as Postgres has it. A `retired` shard was split into its children or merged into its parent: it has no owner,
 * and is kept for its epoch. Of all the rows on one line of descent the one with the highest epoch is the one that is
 * not retired.
 */
export interface ShardRow extends ShardClaim {
  readonly retired: boolean;
  /** When it came to this epoch, service time. */
  readonly changedAtMs: number;
}
