import { Inject, Injectable } from '@nestjs/common';
import { CommandClient } from '#libs/bus';
import {
  goOnline,
  type DriverId,
  type DriverRecord,
  type DriverView,
  type Product,
  type Vehicle,
} from '#libs/contracts';
import { LOGGER, readIdempotencyKey, type Logger } from '#libs/service';
import type { RequestRefs } from '../caller/request-refs.ts';
import { Attendance } from '../presence/attendance.ts';
import { driverView } from '../presence/driver-view.ts';

/** Opens a new session; this instance speaks for the driver from now on. */
@Injectable()
export class GoOnline {
  constructor(
    private readonly commands: CommandClient,
    private readonly attendance: Attendance,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async execute(
    driverId: DriverId,
    { product, vehicle }: { product: Product; vehicle: Vehicle },
    refs: RequestRefs,
    key?: unknown,
  ): Promise<DriverView> {
    const idempotency = readIdempotencyKey(key, { online: true, product, vehicle });
    const asked = { driver_id: driverId, product, vehicle };
    const record = await this.commands.call(goOnline, {
      ...asked,
      ...(idempotency !== undefined && { idempotency }),
    });
    await this.#attend(record, idempotency !== undefined);
    this.logger.info(
      { event: 'driver_online', driver_id: driverId, session: record.session, product, ...refs },
      'driver online',
    );
    return driverView(driverId, record);
  }

  /** An answer that may be given again is no news of the driver, who may have a newer session elsewhere by now. */
  async #attend(answer: DriverRecord, mayBeRepeated: boolean): Promise<void> {
    const record = mayBeRepeated ? await this.attendance.read(answer.driver_id) : answer;
    if (record?.online === true && record.session === answer.session) this.attendance.attend(record);
  }
}
