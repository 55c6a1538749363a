import { Controller, Inject } from '@nestjs/common';
import { HandleCommand } from '#libs/bus';
import { answerOffer, toTripRecord, type CommandInput, type CommandOutput } from '#libs/contracts';
import { CONFIG, LOGGER, type Logger } from '#libs/service';
import { TripStore, type CommandTransaction } from '#libs/store';
import type { Trip, TripCommand } from '#libs/trip';
import { CommandHandlers } from '../command-handlers.ts';
import type { TripsConfig } from '../config.ts';
import { tripOrThrow } from '../refusals.ts';
import { declinePauseMs } from './decline-pause.ts';

type Answer = CommandInput<typeof answerOffer>;

/** Accepts or declines an offer for its driver: a compare-and-set on the claim that the offer took. */
@Controller()
export class AnswerOfferHandler extends CommandHandlers {
  readonly #declinePauseMs: number | null;

  constructor(
    private readonly store: TripStore,
    @Inject(CONFIG) config: TripsConfig,
    @Inject(LOGGER) logger: Logger,
  ) {
    super(logger);
    this.#declinePauseMs = declinePauseMs(config);
  }

  @HandleCommand(answerOffer)
  async handle(answer: Answer): Promise<CommandOutput<typeof answerOffer>> {
    const { driver_id: id, idempotency } = answer;
    const request = { actor: { prefix: 'driver', id }, idempotency, output: answerOffer.output } as const;
    return this.store.commit(request, async (transaction) =>
      toTripRecord(await apply(transaction, answer, this.#declinePauseMs)),
    );
  }
}

async function apply(transaction: CommandTransaction, answer: Answer, pauseMs: number | null): Promise<Trip> {
  const { driver_id: driverId, offer_id: offerId } = answer;
  const tripId = await transaction.tripOfOffer(offerId, driverId);
  return tripOrThrow(await transaction.change(tripId, () => commandOf(transaction, answer, pauseMs)));
}

async function commandOf(
  transaction: CommandTransaction,
  answer: Answer,
  pauseMs: number | null,
): Promise<TripCommand> {
  const { driver_id: driverId, offer_id: offerId } = answer;
  if (answer.answer === 'decline') return { type: 'decline', offerId, driverId, pauseMs };
  const { vehicle } = await transaction.lockDriver(driverId);
  return { type: 'accept', offerId, driverId, vehicle };
}
