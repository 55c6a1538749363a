import { Controller, Inject } from '@nestjs/common';
import { HandleCommand } from '#libs/bus';
import { cancelTrip, toTripRecord, type CommandInput, type CommandOutput } from '#libs/contracts';
import { LOGGER, type Logger } from '#libs/service';
import { TripStore } from '#libs/store';
import { CommandHandlers } from '../command-handlers.ts';
import { tripOrThrow } from '../refusals.ts';
import { tripNotFound } from './trip-reader.ts';

/** Cancels a trip for its rider, until the ride starts. */
@Controller()
export class CancelTripHandler extends CommandHandlers {
  constructor(
    private readonly store: TripStore,
    @Inject(LOGGER) logger: Logger,
  ) {
    super(logger);
  }

  @HandleCommand(cancelTrip)
  async handle(input: CommandInput<typeof cancelTrip>): Promise<CommandOutput<typeof cancelTrip>> {
    const { rider_id: riderId, trip_id: tripId, reason = null, idempotency } = input;
    const request = {
      actor: { prefix: 'rider', id: riderId },
      idempotency,
      output: cancelTrip.output,
    } as const;
    return this.store.commit(request, async (transaction) => {
      const changed = await transaction.change(tripId, (trip) => {
        if (trip.riderId !== riderId) throw tripNotFound(tripId);
        return { type: 'rider_cancel', reason };
      });
      return toTripRecord(tripOrThrow(changed));
    });
  }
}
