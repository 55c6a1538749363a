import { Injectable } from '@nestjs/common';
import { answerOffer, type DriverId, type DriverTrip, type OfferAnswer, type OfferId } from '#libs/contracts';
import { readIdempotencyKey } from '#libs/service';
import type { RequestRefs } from '../caller/request-refs.ts';
import { ChangeTrip } from '../trips/change-trip.ts';

/** Accepts or declines an offer. */
@Injectable()
export class AnswerOffer {
  constructor(private readonly changeTrip: ChangeTrip) {}

  async execute(
    driverId: DriverId,
    offerId: OfferId,
    answer: OfferAnswer,
    refs: RequestRefs,
    key?: unknown,
  ): Promise<DriverTrip> {
    const idempotency = readIdempotencyKey(key, { offer_id: offerId, answer });
    const input = {
      driver_id: driverId,
      offer_id: offerId,
      answer,
      ...(idempotency !== undefined && { idempotency }),
    };
    const event = answer === 'accept' ? 'offer_accepted' : 'offer_declined';
    return this.changeTrip.execute(answerOffer, input, { event, offer_id: offerId }, refs);
  }
}
