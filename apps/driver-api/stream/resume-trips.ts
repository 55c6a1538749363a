import { Injectable } from '@nestjs/common';
import type { DriverId, TripId } from '#libs/contracts';
import type { DriverConnection } from '../presence/driver-presence.ts';
import { Presences } from '../presence/presences.ts';
import { ReplayTrips } from '../trips/replay-trips.ts';

/**
 * Sends a reconnected driver the changes it has missed, then the buffered pushes. If trips could not be replayed, throws
 * the first error after sending the others. Sends nothing if a newer socket has opened: that one resumes itself.
 */
@Injectable()
export class ResumeTrips {
  constructor(
    private readonly presences: Presences,
    private readonly replayTrips: ReplayTrips,
  ) {}

  async execute(
    driverId: DriverId,
    connection: DriverConnection,
    trips: readonly { trip_id: TripId; last_seq: number }[],
  ): Promise<void> {
    const presence = this.presences.get(driverId);
    if (presence?.connection !== connection) return;
    presence.buffer();
    try {
      const { changes, failures } = await this.replayTrips.execute(driverId, trips);
      if (presence.connection !== connection) return;
      for (const change of changes) presence.send(change, presence.state.offer);
      if (failures.length > 0) throw failures[0];
    } finally {
      presence.flush(connection);
    }
  }
}
