import { Inject, Injectable } from '@nestjs/common';
import { CommandClient } from '#libs/bus';
import { goOffline, type DriverId, type DriverView } from '#libs/contracts';
import { LOGGER, type Logger } from '#libs/service';
import { driverView } from '../presence/driver-view.ts';
import { Presences } from '../presence/presences.ts';
import type { RequestRefs } from '../caller/request-refs.ts';

/** Ends a driver's session, and tells the matchers at once. */
@Injectable()
export class GoOffline {
  readonly #commands: CommandClient;
  readonly #presences: Presences;
  readonly #logger: Logger;

  constructor(
    @Inject(CommandClient) commands: CommandClient,
    @Inject(Presences) presences: Presences,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.#commands = commands;
    this.#presences = presences;
    this.#logger = logger;
  }

  /** With a session only that one is ended; a newer one, opened meanwhile, stays. */
  async execute(
    driverId: DriverId,
    refs: RequestRefs | { reason: string },
    session?: number,
  ): Promise<DriverView> {
    const record = await this.#commands.call(goOffline, {
      driver_id: driverId,
      ...(session !== undefined && { session }),
    });
    const presence = this.#presences.get(driverId);
    if (presence !== undefined) {
      this.#presences.applyRecord(presence, record);
      if (presence.connection === undefined && !record.online) this.#presences.remove(presence);
    }
    this.#logger.info(
      { event: 'driver_offline', driver_id: driverId, session: record.session, ...refs },
      'driver offline',
    );
    return driverView(driverId, record);
  }
}
