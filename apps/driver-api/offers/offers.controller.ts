import { Controller, Headers, HttpCode, Param, Post } from '@nestjs/common';
import {
  postAccept,
  postDecline,
  routerPath,
  type DriverTrip,
  type OfferAnswer,
  type OfferParams,
} from '#libs/contracts';
import { CallerOf, ForRole, RequestIdOf, type Caller } from '#libs/service';
import { driverOf } from '../caller/driver-of.ts';
import { AnswerOffer } from './answer-offer.ts';

@Controller()
@ForRole('driver')
export class OffersController {
  constructor(private readonly answerOffer: AnswerOffer) {}

  @Post(routerPath(postAccept))
  @HttpCode(postAccept.status)
  accept(
    @CallerOf() caller: Caller,
    @RequestIdOf() requestId: string,
    @Headers('idempotency-key') key: unknown,
    @Param({ schema: postAccept.params }) params: OfferParams,
  ): Promise<DriverTrip> {
    return this.#answer(caller, params, 'accept', requestId, key);
  }

  @Post(routerPath(postDecline))
  @HttpCode(postDecline.status)
  decline(
    @CallerOf() caller: Caller,
    @RequestIdOf() requestId: string,
    @Headers('idempotency-key') key: unknown,
    @Param({ schema: postDecline.params }) params: OfferParams,
  ): Promise<DriverTrip> {
    return this.#answer(caller, params, 'decline', requestId, key);
  }

  async #answer(
    caller: Caller,
    { offer_id }: OfferParams,
    answer: OfferAnswer,
    requestId: string,
    key: unknown,
  ): Promise<DriverTrip> {
    return this.answerOffer.execute(driverOf(caller), offer_id, answer, { request_id: requestId }, key);
  }
}
