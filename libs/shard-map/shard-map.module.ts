import { Module } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { BUS, CommandClient } from '#libs/bus';
import { getShardMap, readShardClaims } from '#libs/contracts';
import type { ShardClaim } from '#libs/ownership';
import { CLOCK, LOGGER, type Clock, type Logger } from '#libs/service';
import { LiveShardMap } from './live-shard-map.ts';

/** The shard map for a process that reads it from `trips`. */
@Module({
  providers: [
    { provide: LiveShardMap, inject: [BUS, CommandClient, CLOCK, LOGGER], useFactory: openShardMap },
  ],
  exports: [LiveShardMap],
})
export class ShardMapModule {}

function openShardMap(
  bus: NatsConnection,
  commands: CommandClient,
  clock: Clock,
  logger: Logger,
): LiveShardMap {
  return new LiveShardMap({
    bus,
    clock,
    logger,
    read: () => readAllPages(commands),
    reread: async (shards) => (await commands.call(readShardClaims, { shards: [...shards] })).shards,
  });
}

/** How many pages of the shard map are read; the rest of a larger map is cut off. A planner handles far fewer. */
const MAX_PAGES = 64;

/** Claims that change during the read arrive as hints or with the next read. */
async function readAllPages(commands: CommandClient): Promise<ShardClaim[]> {
  const claims: ShardClaim[] = [];
  for (let page = 0; page < MAX_PAGES; page++) {
    const after = claims.at(-1)?.shard;
    const { shards, more } = await commands.call(getShardMap, after === undefined ? {} : { after });
    claims.push(...shards);
    if (!more) break;
  }
  return claims;
}
