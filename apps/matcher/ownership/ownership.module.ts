import { Module } from '@nestjs/common';
import { ShardMapModule } from '#libs/shard-map';
import { Membership } from './membership.ts';
import { Ownership } from './ownership.ts';
import { OwnershipMetrics } from './ownership-metrics.ts';
import { ShardGate } from './shard-gate.ts';

/** Which shards are this instance's, since which epoch. */
@Module({
  imports: [ShardMapModule],
  providers: [Ownership, ShardGate, Membership, OwnershipMetrics],
  exports: [Ownership, ShardGate, ShardMapModule],
})
export class OwnershipModule {}
