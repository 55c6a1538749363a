import { Controller, Inject } from '@nestjs/common';
import { HandleCommand } from '#libs/bus';
import { noteDelivery, type CommandInput, type CommandOutput } from '#libs/contracts';
import { CLOCK, LOGGER, machineTime, type Clock, type Logger } from '#libs/service';
import { extendDelivery, findUndelivered, markDelivered, TripStore } from '#libs/store';
import { CommandHandlers } from '../command-handlers.ts';

/**
 * How long an offer waits for the next request of a driver who only sends requests if its `driver-api` dies meanwhile,
 * wall time. Longer than `driver-api` waits before it reports the offer as missed.
 */
const POLL_LIMIT_MS = 12_000;

/**
 * Notes that a driver's phone has an offer, or ends an offer that cannot reach its phone. The acknowledgement is no event
 * of the trip: it changes nothing but how long the offer may stay unanswered.
 */
@Controller()
export class NoteDeliveryHandler extends CommandHandlers {
  constructor(
    private readonly store: TripStore,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) logger: Logger,
  ) {
    super(logger);
  }

  @HandleCommand(noteDelivery)
  async handle({
    driver_id: driverId,
    offer_id: offerId,
    delivery,
  }: CommandInput<typeof noteDelivery>): Promise<CommandOutput<typeof noteDelivery>> {
    const open = await this.store.transact(async (transaction) => {
      if (delivery === 'delivered') return markDelivered(transaction, { offerId, driverId });
      if (delivery === 'polling') {
        const deliverByMs = transaction.nowMs + machineTime(this.clock, POLL_LIMIT_MS);
        return extendDelivery(transaction, { offerId, driverId }, deliverByMs);
      }
      const tripId = await findUndelivered(transaction, { offerId, driverId });
      if (tripId === undefined) return false;
      await transaction.change(tripId, () => ({
        type: 'undelivered',
        offerId,
        polling: delivery === 'missed',
      }));
      return true;
    });
    return { open };
  }
}
