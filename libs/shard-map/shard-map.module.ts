import { Module } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { BUS, CommandClient } from '#libs/bus';
import { getShardMap } from '#libs/contracts';
import { CLOCK, LOGGER, type Clock, type Logger } from '#libs/service';
import { LiveShardMap } from './live-shard-map.ts';

/** The shard map for a process that has to ask `trips` for it. */
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
  const read = async () => (await commands.call(getShardMap, {})).shards;
  return new LiveShardMap({ bus, clock, logger, read });
}
