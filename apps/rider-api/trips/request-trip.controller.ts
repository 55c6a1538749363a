import { Body, Controller, Headers, Inject, Post } from '@nestjs/common';
import { CommandClient } from '#libs/bus';
import {
  createTrip,
  postTrip,
  routerPath,
  toRiderTrip,
  type RiderTrip,
  type TripRequestBody,
} from '#libs/contracts';
import {
  CallerOf,
  ForRole,
  LOGGER,
  METRICS,
  RequestIdOf,
  requireIdempotencyKey,
  type Caller,
  type Logger,
  type Metrics,
} from '#libs/service';
import { riderOf } from '../caller/rider-of.ts';

@Controller()
export class RequestTripController {
  readonly #requested: ReturnType<Metrics['counter']>;

  constructor(
    private readonly commands: CommandClient,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(METRICS) metrics: Metrics,
  ) {
    this.#requested = metrics.counter('trip_requests_total', 'Trip requests acknowledged, repeats included');
  }

  @Post(routerPath(postTrip))
  @ForRole('rider')
  async request(
    @CallerOf() caller: Caller,
    @RequestIdOf() requestId: string,
    @Headers('idempotency-key') key: unknown,
    @Body({ schema: postTrip.body }) request: TripRequestBody,
  ): Promise<RiderTrip> {
    const trip = await this.commands.call(createTrip, {
      rider_id: riderOf(caller),
      quote_id: request.quote_id,
      idempotency: requireIdempotencyKey(key, request),
    });
    this.#requested.inc();
    this.logger.info({
      event: 'trip_requested',
      trip_id: trip.trip_id,
      rider_id: trip.rider_id,
      request_id: requestId,
    });
    return toRiderTrip(trip);
  }
}
