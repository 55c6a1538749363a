import { Module } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { BUS } from '#libs/bus';
import { CLOCK, LOGGER, type Clock, type Logger } from '#libs/service';
import { LiveShardMap } from '#libs/shard-map';
import { readShards, TripStore } from '#libs/store';

/** The shard map for the process that keeps it: read from the table itself. */
@Module({
  providers: [{ provide: LiveShardMap, inject: [BUS, TripStore, CLOCK, LOGGER], useFactory: openShardMap }],
  exports: [LiveShardMap],
})
export class TripsShardMapModule {}

function openShardMap(bus: NatsConnection, store: TripStore, clock: Clock, logger: Logger): LiveShardMap {
  return new LiveShardMap({ bus, clock, logger, read: () => readShards(store.mayLag) });
}
