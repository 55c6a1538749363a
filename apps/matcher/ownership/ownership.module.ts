import { Module } from '@nestjs/common';
import { ShardMapModule } from '#libs/shard-map';
import { INCARNATION, incarnationProvider } from './incarnation.ts';
import { Membership } from './membership.ts';
import { Ownership } from './ownership.ts';
import { OwnershipMetrics } from './ownership-metrics.ts';
import { ShardGate } from './shard-gate.ts';

/** Which shards are this instance's, since which epoch. */
@Module({
  imports: [ShardMapModule],
  providers: [incarnationProvider, Ownership, ShardGate, Membership, OwnershipMetrics],
  exports: [INCARNATION, Ownership, ShardGate, ShardMapModule],
})
export class OwnershipModule {}
