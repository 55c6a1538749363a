import { Inject, Injectable } from '@nestjs/common';
import { toTimestamp } from '#libs/contracts';
import { CLOCK, type Clock } from '#libs/service';
import { Attendance } from './attendance.ts';
import type { DriverPresence } from './driver-presence.ts';
import { driverView } from './driver-view.ts';
import { Presences } from './presences.ts';

/**
 * Rereads a driver after a lost push. If the version has risen, sends the driver's current state as a new `welcome`.
 */
@Injectable()
export class RereadDriver {
  constructor(
    private readonly attendance: Attendance,
    private readonly presences: Presences,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async execute(presence: DriverPresence): Promise<void> {
    const { driverId } = presence;
    const record = await this.attendance.read(driverId);
    if (record === null || record.driver_version <= presence.state.version) return;
    this.presences.applyRecord(presence, record);
    const data = {
      driver: driverView(driverId, record, presence.lastSeq),
      at: toTimestamp(this.clock.now()),
    };
    presence.connection?.send({ type: 'welcome', data });
  }
}
