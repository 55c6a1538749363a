import { Body, Controller, Headers, HttpCode, Param, Post } from '@nestjs/common';
import {
  postAccept,
  postArrived,
  postComplete,
  postDecline,
  postDriverCancel,
  postStart,
  routerPath,
  type CancelRequest,
  type DriveAction,
  type DriverTrip,
  type OfferAnswer,
  type OfferParams,
  type TripParams,
} from '#libs/contracts';
import { CallerOf, ForRole, RequestIdOf, type Caller } from '#libs/service';
import { driverOf } from '../caller/caller.ts';
import { TripChanges } from './trip-changes.ts';

/** The parts of a request that all trip actions have. */
interface StepRequest {
  caller: Caller;
  requestId: string;
  key: unknown;
  tripId: TripParams['trip_id'];
  reason?: string | undefined;
}

@Controller()
@ForRole('driver')
export class TripsController {
  constructor(private readonly changes: TripChanges) {}

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

  @Post(routerPath(postArrived))
  @HttpCode(postArrived.status)
  arrived(
    @CallerOf() caller: Caller,
    @RequestIdOf() requestId: string,
    @Headers('idempotency-key') key: unknown,
    @Param({ schema: postArrived.params }) { trip_id: tripId }: TripParams,
  ): Promise<DriverTrip> {
    return this.#step('arrived', { caller, requestId, key, tripId });
  }

  @Post(routerPath(postStart))
  @HttpCode(postStart.status)
  start(
    @CallerOf() caller: Caller,
    @RequestIdOf() requestId: string,
    @Headers('idempotency-key') key: unknown,
    @Param({ schema: postStart.params }) { trip_id: tripId }: TripParams,
  ): Promise<DriverTrip> {
    return this.#step('start', { caller, requestId, key, tripId });
  }

  @Post(routerPath(postComplete))
  @HttpCode(postComplete.status)
  complete(
    @CallerOf() caller: Caller,
    @RequestIdOf() requestId: string,
    @Headers('idempotency-key') key: unknown,
    @Param({ schema: postComplete.params }) { trip_id: tripId }: TripParams,
  ): Promise<DriverTrip> {
    return this.#step('complete', { caller, requestId, key, tripId });
  }

  @Post(routerPath(postDriverCancel))
  @HttpCode(postDriverCancel.status)
  cancel(
    @CallerOf() caller: Caller,
    @RequestIdOf() requestId: string,
    @Headers('idempotency-key') key: unknown,
    @Param({ schema: postDriverCancel.params }) { trip_id: tripId }: TripParams,
    @Body({ schema: postDriverCancel.body }) { reason }: CancelRequest,
  ): Promise<DriverTrip> {
    return this.#step('cancel', { caller, requestId, key, tripId, reason });
  }

  async #step(action: DriveAction, request: StepRequest): Promise<DriverTrip> {
    const { caller, requestId, key, tripId, reason } = request;
    const refs = { request_id: requestId };
    return this.changes.drive(driverOf(caller), { tripId, action, reason, key }, refs);
  }

  async #answer(
    caller: Caller,
    { offer_id }: OfferParams,
    answer: OfferAnswer,
    requestId: string,
    key: unknown,
  ): Promise<DriverTrip> {
    return this.changes.answer(driverOf(caller), offer_id, answer, { request_id: requestId }, key);
  }
}
