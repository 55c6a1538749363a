import { Injectable } from '@nestjs/common';
import { CommandClient } from '#libs/bus';
import { replayTrip, type CommandOutput, type DriverId, type TripId } from '#libs/contracts';

type Changes = CommandOutput<typeof replayTrip>['changes'];

export interface Replay {
  changes: Changes;
  /** Errors of the trips that could not be replayed. */
  failures: unknown[];
}

/** Reads the changes of its trips that a driver has missed. */
@Injectable()
export class ReplayTrips {
  constructor(private readonly commands: CommandClient) {}

  /** Reads all trips concurrently: a phone names only a few. A trip that cannot be read does not delay the others. */
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
