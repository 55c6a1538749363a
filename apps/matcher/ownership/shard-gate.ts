import { Inject, Injectable } from '@nestjs/common';
import type { moved } from '#libs/contracts';
import type { RoutedTo } from '#libs/ownership';
import type { z } from 'zod';
import { Ownership } from './ownership.ts';
import { ShardMapFollower } from './shard-map-follower.ts';

export type MovedReply = z.infer<typeof moved>;

/** Before a request about a shard is served: is it ours, at the epoch that the asker believes in? */
@Injectable()
export class ShardGate {
  readonly #ownership: Ownership;
  readonly #follower: ShardMapFollower;

  constructor(@Inject(Ownership) ownership: Ownership, @Inject(ShardMapFollower) follower: ShardMapFollower) {
    this.#ownership = ownership;
    this.#follower = follower;
  }

  /** The refusal, naming who owns the shard; undefined where the request is to be served. */
  refuse(request: RoutedTo): MovedReply | undefined {
    const answer = this.#ownership.answer(request);
    if (answer.result === 'ok') return undefined;
    // The asker knows a later epoch than we do, or a shard we never heard of.
    if (answer.claim === null) void this.#follower.reload();
    return answer;
  }
}
