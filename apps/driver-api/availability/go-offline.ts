import { Inject, Injectable } from '@nestjs/common';
import { CommandClient } from '#libs/bus';
import { goOffline, type DriverId, type DriverView } from '#libs/contracts';
import { LOGGER, readIdempotencyKey, type Logger } from '#libs/service';
import { Attendance } from '../presence/attendance.ts';
import { driverView } from '../presence/driver-view.ts';
import type { RequestRefs } from '../caller/request-refs.ts';

/** Ends a driver's session, and tells the matchers at once. */
@Injectable()
export class GoOffline {
  constructor(
    private readonly commands: CommandClient,
    private readonly attendance: Attendance,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** With a session only that one is ended; a newer one, opened meanwhile, stays. */
  async execute(
    driverId: DriverId,
    refs: RequestRefs | { reason: string },
    { session, key }: { session?: number; key?: unknown } = {},
  ): Promise<DriverView> {
    const idempotency = readIdempotencyKey(key, { online: false });
    const record = await this.commands.call(goOffline, {
      driver_id: driverId,
      ...(session !== undefined && { session }),
      ...(idempotency !== undefined && { idempotency }),
    });
    this.attendance.changed(record);
    this.logger.info(
      { event: 'driver_offline', driver_id: driverId, session: record.session, ...refs },
      'driver offline',
    );
    return driverView(driverId, record);
  }
}
