import { Injectable } from '@nestjs/common';
import { CommandClient } from '#libs/bus';
import { replayTrip, type CommandOutput, type DriverId, type TripId } from '#libs/contracts';

type Changes = CommandOutput<typeof replayTrip>['changes'];

export interface Replay {
  changes: Changes;
  /** Why the changes of some trips are not among them. */
  failures: unknown[];
}

/** What a driver has missed of its trips. */
@Injectable()
export class ReplayTrips {
  constructor(private readonly commands: CommandClient) {}

  /** All trips at once: a phone names no more than a few. One that cannot be read does not keep the others back. */
  async execute(
    driverId: DriverId,
    trips: readonly { trip_id: TripId; last_seq: number }[],
  ): Promise<Replay> {
    const replays = await Promise.allSettled(
      trips.map(({ trip_id, last_seq }) =>
        this.commands.call(replayTrip, {
          trip_id,
          after_seq: last_seq,
          reader: { role: 'driver', driver_id: driverId },
        }),
      ),
    );
    return {
      changes: replays.flatMap((replay) => (replay.status === 'fulfilled' ? replay.value.changes : [])),
      failures: replays.flatMap((replay) => (replay.status === 'rejected' ? [replay.reason] : [])),
    };
  }
}
