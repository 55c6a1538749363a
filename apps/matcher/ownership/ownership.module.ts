import { Module } from '@nestjs/common';
import { Membership } from './membership.ts';
import { Ownership } from './ownership.ts';
import { OwnershipMetrics } from './ownership-metrics.ts';
import { ShardGate } from './shard-gate.ts';
import { ShardMapFollower } from './shard-map-follower.ts';

/** Which shards are this instance's, since which epoch. */
@Module({
  providers: [Ownership, ShardMapFollower, ShardGate, Membership, OwnershipMetrics],
  exports: [Ownership, ShardMapFollower, ShardGate],
})
export class OwnershipModule {}
