import { Injectable } from '@nestjs/common';
import { OpenDemand } from '#libs/dispatch';
import { Ownership } from '../ownership/ownership.ts';

/** The demand of a shard goes the moment the shard does, or is about to: its new owner makes the offers. */
@Injectable()
export class LostShards {
  constructor(ownership: Ownership, demand: OpenDemand) {
    ownership.onChange(({ lost, drained }) => {
      for (const shard of [...lost.map((claim) => claim.shard), ...drained]) demand.dropShard(shard);
    });
  }
}
