import type { ShardClaim } from './shard-claim.ts';

/**
 * A claim as stored in Postgres. A `retired` shard was split into its children or merged into its parent: it has no
 * owner, and its row is kept for its epoch. On one line of descent, the row with the highest epoch is the one that is
 * not retired.
 */
export interface ShardRow extends ShardClaim {
  readonly retired: boolean;
  /** When it got this epoch, service time. */
  readonly changedAtMs: number;
}
