import { Inject, Injectable } from '@nestjs/common';
import { CommandClient } from '#libs/bus';
import {
  answerOffer,
  toDriverTrip,
  type DriverId,
  type DriverTrip,
  type Idempotency,
  type OfferAnswer,
  type OfferId,
} from '#libs/contracts';
import { LOGGER, type Logger } from '#libs/service';
import type { RequestRefs } from '../caller/request-refs.ts';
import { Attendance } from '../presence/attendance.ts';

/** Accepts or declines an offer. Whom it makes of the driver comes back by push, in the order of the commits. */
@Injectable()
export class AnswerOffer {
  readonly #commands: CommandClient;
  readonly #attendance: Attendance;
  readonly #logger: Logger;

  constructor(
    @Inject(CommandClient) commands: CommandClient,
    @Inject(Attendance) attendance: Attendance,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.#commands = commands;
    this.#attendance = attendance;
    this.#logger = logger;
  }

  async execute(
    driverId: DriverId,
    offerId: OfferId,
    answer: OfferAnswer,
    refs: RequestRefs,
    idempotency?: Idempotency,
  ): Promise<DriverTrip> {
    this.#attendance.heard(driverId);
    const trip = await this.#commands.call(answerOffer, {
      driver_id: driverId,
      offer_id: offerId,
      answer,
      ...(idempotency !== undefined && { idempotency }),
    });
    const { trip_id, seq, state } = trip;
    this.#logger.info(
      {
        event: answer === 'accept' ? 'offer_accepted' : 'offer_declined',
        trip_id,
        offer_id: offerId,
        driver_id: driverId,
        seq,
        state,
        ...refs,
      },
      'offer answered',
    );
    return toDriverTrip(trip);
  }
}
