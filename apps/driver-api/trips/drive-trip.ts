import { Inject, Injectable } from '@nestjs/common';
import { CommandClient } from '#libs/bus';
import {
  driveTrip,
  toDriverTrip,
  type DriveAction,
  type DriverId,
  type DriverTrip,
  type Idempotency,
  type TripId,
} from '#libs/contracts';
import { LOGGER, type Logger } from '#libs/service';
import type { RequestRefs } from '../caller/request-refs.ts';
import { Attendance } from '../presence/attendance.ts';

export interface DriveRequest {
  tripId: TripId;
  action: DriveAction;
  /** Of a cancellation, in the driver's words. */
  reason?: string | undefined;
  idempotency?: Idempotency | undefined;
}

/** One step of a trip by its driver. */
@Injectable()
export class DriveTrip {
  readonly #commands: CommandClient;
  readonly #attendance: Attendance;
  readonly #logger: Logger;

  constructor(
    @Inject(CommandClient) commands: CommandClient,
    @Inject(Attendance) attendance: Attendance,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.#commands = commands;
    this.#attendance = attendance;
    this.#logger = logger;
  }

  async execute(
    driverId: DriverId,
    { tripId, action, reason, idempotency }: DriveRequest,
    refs: RequestRefs,
  ): Promise<DriverTrip> {
    this.#attendance.heard(driverId);
    const trip = await this.#commands.call(driveTrip, {
      driver_id: driverId,
      trip_id: tripId,
      action,
      ...(reason !== undefined && { reason }),
      ...(idempotency !== undefined && { idempotency }),
    });
    const { seq, state } = trip;
    this.#logger.info(
      { event: 'trip_driven', action, trip_id: tripId, driver_id: driverId, seq, state, ...refs },
      'trip driven',
    );
    return toDriverTrip(trip);
  }
}
