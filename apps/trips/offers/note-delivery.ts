import { Controller, Inject } from '@nestjs/common';
import { HandleCommand } from '#libs/bus';
import { noteDelivery, type CommandInput, type CommandOutput } from '#libs/contracts';
import { LOGGER, type Logger } from '#libs/service';
import { findUndelivered, markDelivered, TripStore } from '#libs/store';
import { CommandHandlers } from '../command-handlers.ts';

/**
 * Notes that a driver's phone has an offer, or ends an offer that cannot reach its phone. The acknowledgement is no event
 * of the trip: it changes nothing but how long the offer may stay unanswered.
 */
@Controller()
export class NoteDeliveryHandler extends CommandHandlers {
  constructor(
    private readonly store: TripStore,
    @Inject(LOGGER) logger: Logger,
  ) {
    super(logger);
  }

  @HandleCommand(noteDelivery)
  async handle({
    driver_id: driverId,
    offer_id: offerId,
    delivered,
  }: CommandInput<typeof noteDelivery>): Promise<CommandOutput<typeof noteDelivery>> {
    const open = await this.store.transact(async (transaction) => {
      if (delivered) return markDelivered(transaction, { offerId, driverId });
      const tripId = await findUndelivered(transaction, { offerId, driverId });
      if (tripId === undefined) return false;
      await transaction.change(tripId, () => ({ type: 'undelivered', offerId }));
      return true;
    });
    return { open };
  }
}
