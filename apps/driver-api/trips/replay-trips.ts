import { Inject, Injectable } from '@nestjs/common';
import { CommandClient } from '#libs/bus';
import { replayTrip, type CommandOutput, type DriverId, type TripId } from '#libs/contracts';

type Changes = CommandOutput<typeof replayTrip>['changes'];

/** What a driver has missed of its trips. */
@Injectable()
export class ReplayTrips {
  readonly #commands: CommandClient;

  constructor(@Inject(CommandClient) commands: CommandClient) {
    this.#commands = commands;
  }

  /** All trips at once: a phone names no more than a few. */
  async execute(
    driverId: DriverId,
    trips: readonly { trip_id: TripId; last_seq: number }[],
  ): Promise<Changes> {
    const replays = await Promise.all(
      trips.map(({ trip_id, last_seq }) =>
        this.#commands.call(replayTrip, {
          trip_id,
          after_seq: last_seq,
          reader: { role: 'driver', driver_id: driverId },
        }),
      ),
    );
    return replays.flatMap(({ changes }) => changes);
  }
}
