import { Controller, Get, Inject, Query } from '@nestjs/common';
import type { z } from 'zod';
import { getShards, routerPath, toTimestamp, type ShardLoadMessage, type ShardPage } from '#libs/contracts';
import type { ShardLoad } from '#libs/ownership';
import { CLOCK, ForRole, type Clock } from '#libs/service';
import { readMembers, readPlanner, readShardCounts, readShardPage, TripStore } from '#libs/store';
import { Planner } from '../ownership/planner.ts';
import { matcherView } from './matcher-view.ts';

/** Lists the live shards with their owners and loads, and the matchers. */
@Controller()
export class ShardsController {
  constructor(
    private readonly store: TripStore,
    private readonly planner: Planner,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get(routerPath(getShards))
  @ForRole('operator')
  async list(
    @Query({ schema: getShards.query }) { limit, cursor }: z.output<typeof getShards.query>,
  ): Promise<ShardPage> {
    const nowMs = this.clock.now();
    // Members are up to date, because an operator may just have changed one; the planner changes shards all the time.
    const { upToDate, mayLag } = this.store;
    const [rows, members, counts, planner] = await Promise.all([
      readShardPage(mayLag, cursor, limit + 1),
      readMembers(upToDate),
      readShardCounts(mayLag),
      readPlanner(mayLag, nowMs),
    ]);
    const page = rows.slice(0, limit);
    return {
      data: page.map(({ shard, epoch, owner, changedAtMs }) => ({
        shard,
        epoch,
        owner,
        since: toTimestamp(changedAtMs),
        load: this.#loadOf(shard, owner),
      })),
      next_cursor: rows.length > limit ? (page.at(-1)?.shard ?? null) : null,
      matchers: members.map((member) =>
        matcherView(member, counts.get(member.instance) ?? 0, this.planner, nowMs),
      ),
      planner: planner ?? null,
    };
  }

  #loadOf(shard: string, owner: string | null): ShardLoadMessage | null {
    const load = owner === null ? undefined : this.planner.knowledgeOf(owner).loads.get(shard);
    return load === undefined ? null : toMessage(load);
  }
}

function toMessage({ openTrips, requestsPerS, pingsPerS, busyMsPerS }: ShardLoad): ShardLoadMessage {
  return {
    open_trips: openTrips,
    requests_per_s: requestsPerS,
    pings_per_s: pingsPerS,
    busy_ms_per_s: busyMsPerS,
  };
}
