import { Body, Controller, Headers, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { CommandClient } from '#libs/bus';
import {
  cancelTrip,
  postRiderCancel,
  routerPath,
  toRiderTrip,
  type CancelRequest,
  type RiderTrip,
  type TripParams,
} from '#libs/contracts';
import {
  CallerOf,
  ForRole,
  LOGGER,
  readIdempotencyKey,
  RequestIdOf,
  type Caller,
  type Logger,
} from '#libs/service';
import { riderOf } from '../caller/rider-of.ts';

@Controller()
export class CancelTripController {
  constructor(
    private readonly commands: CommandClient,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Post(routerPath(postRiderCancel))
  @HttpCode(postRiderCancel.status)
  @ForRole('rider')
  async cancel(
    @CallerOf() caller: Caller,
    @RequestIdOf() requestId: string,
    @Headers('idempotency-key') key: unknown,
    @Param({ schema: postRiderCancel.params }) { trip_id }: TripParams,
    @Body({ schema: postRiderCancel.body }) { reason }: CancelRequest,
  ): Promise<RiderTrip> {
    const idempotency = readIdempotencyKey(key, { trip_id, reason });
    const trip = await this.commands.call(cancelTrip, {
      rider_id: riderOf(caller),
      trip_id,
      ...(reason !== undefined && { reason }),
      ...(idempotency !== undefined && { idempotency }),
    });
    this.logger.info({
      event: 'trip_canceled',
      trip_id,
      rider_id: trip.rider_id,
      state: trip.state,
      request_id: requestId,
    });
    return toRiderTrip(trip);
  }
}
