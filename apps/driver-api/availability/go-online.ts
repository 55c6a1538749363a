import { Inject, Injectable } from '@nestjs/common';
import { CommandClient } from '#libs/bus';
import { goOnline, type DriverId, type DriverView, type Product, type Vehicle } from '#libs/contracts';
import { LOGGER, type Logger } from '#libs/service';
import type { RequestRefs } from '../caller/request-refs.ts';
import { Attendance } from '../presence/attendance.ts';
import { driverView } from '../presence/driver-view.ts';

/** Opens a new session; this instance speaks for the driver from now on. */
@Injectable()
export class GoOnline {
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
    { product, vehicle }: { product: Product; vehicle: Vehicle },
    refs: RequestRefs,
  ): Promise<DriverView> {
    const record = await this.#commands.call(goOnline, { driver_id: driverId, product, vehicle });
    this.#attendance.attend(record);
    this.#logger.info(
      { event: 'driver_online', driver_id: driverId, session: record.session, product, ...refs },
      'driver online',
    );
    return driverView(driverId, record);
  }
}
