import { Body, Controller, Headers, HttpCode, Param, Post } from '@nestjs/common';
import {
  postArrived,
  postComplete,
  postDriverCancel,
  postStart,
  routerPath,
  type CancelRequest,
  type DriveAction,
  type DriverTrip,
  type TripParams,
} from '#libs/contracts';
import { CallerOf, ForRole, RequestIdOf, type Caller } from '#libs/service';
import { driverOf } from '../caller/driver-of.ts';
import { DriveTrip } from './drive-trip.ts';

/** What every step of a trip is asked with. */
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
  constructor(private readonly driveTrip: DriveTrip) {}

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
    return this.driveTrip.execute(driverOf(caller), { tripId, action, reason, key }, refs);
  }
}
