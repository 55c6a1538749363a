import { Injectable } from '@nestjs/common';
import type { DriverId, DriverView } from '#libs/contracts';
import { Attendance } from '../presence/attendance.ts';
import { driverView } from '../presence/driver-view.ts';

/** A driver's own status, session, offer and trip, as Postgres has them. */
@Injectable()
export class ReadDriver {
  constructor(private readonly attendance: Attendance) {}

  async execute(driverId: DriverId): Promise<DriverView> {
    this.attendance.heard(driverId);
    return driverView(driverId, await this.attendance.read(driverId));
  }
}
