import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { BUS, logDropped, subscribeJson } from '#libs/bus';
import { driverHints, DRIVER_HINTS_SUBJECT, fromTimestamp, type DriverHints } from '#libs/contracts';
import { CLOCK, LOGGER, type Clock, type Logger } from '#libs/service';
import { Presences } from '../presence/presences.ts';

/** Forwards a matcher's repositioning hints to the free drivers connected here, unless a hint has expired. */
@Injectable()
export class RelayHints implements OnApplicationBootstrap {
  constructor(
    @Inject(BUS) private readonly bus: NatsConnection,
    private readonly presences: Presences,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    const dropped = logDropped(this.logger);
    subscribeJson(this.bus, DRIVER_HINTS_SUBJECT, driverHints, (message) => this.#relay(message), dropped);
  }

  #relay({ hints }: DriverHints): void {
    const nowMs = this.clock.now();
    for (const { driver_id, ...hint } of hints) {
      const presence = this.presences.get(driver_id);
      if (presence?.connection === undefined || presence.state.status !== 'free') continue;
      if (fromTimestamp(hint.expires_at) > nowMs)
        presence.connection.send({ type: 'reposition', data: hint });
    }
  }
}
