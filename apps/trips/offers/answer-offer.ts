import { Controller, Inject } from '@nestjs/common';
import { HandleCommand } from '#libs/bus';
import { answerOffer, toTripRecord, type CommandInput, type CommandOutput } from '#libs/contracts';
import { LOGGER, type Logger } from '#libs/service';
import type { SharedTransaction } from '#libs/store';
import type { Trip, TripCommand } from '#libs/trip';
import { CommandHandlers } from '../command-handlers.ts';
import { Committer } from '../committer.ts';
import { tripOrThrow } from '../refusals.ts';

type Answer = CommandInput<typeof answerOffer>;

/** A driver accepts or declines an offer: a compare-and-set on the claim that the offer took. */
@Controller()
export class AnswerOfferHandler extends CommandHandlers {
  constructor(
    private readonly committer: Committer,
    @Inject(LOGGER) logger: Logger,
  ) {
    super(logger);
  }

  @HandleCommand(answerOffer)
  async handle(answer: Answer): Promise<CommandOutput<typeof answerOffer>> {
    const actor = { prefix: 'driver', id: answer.driver_id } as const;
    return this.committer.commitOnce(actor, answer.idempotency, async (transaction) =>
      toTripRecord(await apply(transaction, answer)),
    );
  }
}

async function apply(transaction: SharedTransaction, answer: Answer): Promise<Trip> {
  const { driver_id: driverId, offer_id: offerId } = answer;
  const tripId = await transaction.tripOfOffer(offerId, driverId);
  return tripOrThrow(await transaction.change(tripId, () => commandOf(transaction, answer)));
}

async function commandOf(transaction: SharedTransaction, answer: Answer): Promise<TripCommand> {
  const { driver_id: driverId, offer_id: offerId } = answer;
  if (answer.answer === 'decline') return { type: 'decline', offerId, driverId };
  const { vehicle } = await transaction.lockDriver(driverId);
  return { type: 'accept', offerId, driverId, vehicle };
}
