import { Inject, Injectable } from '@nestjs/common';
import {
  answerOffer,
  type DriverId,
  type DriverTrip,
  type Idempotency,
  type OfferAnswer,
  type OfferId,
} from '#libs/contracts';
import type { RequestRefs } from '../caller/request-refs.ts';
import { ChangeTrip } from '../trips/change-trip.ts';

/** Accepts or declines an offer. */
@Injectable()
export class AnswerOffer {
  readonly #changeTrip: ChangeTrip;

  constructor(@Inject(ChangeTrip) changeTrip: ChangeTrip) {
    this.#changeTrip = changeTrip;
  }

  execute(
    driverId: DriverId,
    offerId: OfferId,
    answer: OfferAnswer,
    refs: RequestRefs,
    idempotency?: Idempotency,
  ): Promise<DriverTrip> {
    const input = {
      driver_id: driverId,
      offer_id: offerId,
      answer,
      ...(idempotency !== undefined && { idempotency }),
    };
    const event = answer === 'accept' ? 'offer_accepted' : 'offer_declined';
    return this.#changeTrip.execute(answerOffer, input, { event, offer_id: offerId }, refs);
  }
}
