import { Injectable } from '@nestjs/common';
import type { moved } from '#libs/contracts';
import type { RoutedTo } from '#libs/ownership';
import { LiveShardMap } from '#libs/shard-map';
import type { z } from 'zod';
import { Ownership } from './ownership.ts';

export type MovedReply = z.infer<typeof moved>;

/** Before a request about a shard is served: is it ours, at the epoch that the asker believes in? */
@Injectable()
export class ShardGate {
  constructor(
    private readonly ownership: Ownership,
    private readonly shards: LiveShardMap,
  ) {}

  /** The refusal, naming who owns the shard; undefined where the request is to be served. */
  refuse(request: RoutedTo): MovedReply | undefined {
    const answer = this.ownership.answer(request);
    if (answer.result === 'ok') return undefined;
    // The asker knows a later epoch than we do, or a shard we never heard of.
    if (answer.claim === null) void this.shards.reload();
    return answer;
  }
}
