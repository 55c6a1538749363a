import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { BUS, logDropped, serveJson } from '#libs/bus';
import {
  DRIVER_HEARD_SUBJECT,
  driverHeardRequest,
  type DriverHeardReply,
  type DriverHeardRequest,
} from '#libs/contracts';
import { CLOCK, CONFIG, LOGGER, type BaseConfig, type Clock, type Logger } from '#libs/service';
import { Presences } from '../presence/presences.ts';
import { Tracks } from './tracks.ts';

type AskedDriver = DriverHeardRequest['drivers'][number];

/** Tells `trips` when this instance last heard the drivers of some trips, so that it finds the silent ones. */
@Injectable()
export class TellHeard implements OnModuleInit {
  constructor(
    @Inject(BUS) private readonly bus: NatsConnection,
    @Inject(CONFIG) private readonly config: BaseConfig,
    private readonly presences: Presences,
    private readonly tracks: Tracks,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    serveJson(
      this.bus,
      DRIVER_HEARD_SUBJECT,
      driverHeardRequest,
      (request) => this.#answer(request),
      logDropped(this.logger),
    );
  }

  #answer({ drivers }: DriverHeardRequest): DriverHeardReply {
    const heard = drivers.flatMap((driver) => {
      const heardAtMs = this.#heardAtMs(driver);
      return heardAtMs === undefined ? [] : [{ driver_id: driver.driver_id, heard_at_ms: heardAtMs }];
    });
    return { instance: this.config.instance, heard };
  }

  /** A socket that is open was heard lately: the stream server closes silent ones. */
  #heardAtMs({ driver_id: driverId, by }: AskedDriver): number | undefined {
    const position = this.tracks.get(driverId)?.believed.fix.heardAtMs;
    const presence = this.presences.get(driverId);
    if (by === 'position' || presence?.attended !== true) return position;
    if (presence.connection !== undefined) return this.clock.now();
    return Math.max(presence.heardAtMs, position ?? -Infinity);
  }
}
