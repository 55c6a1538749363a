import { Body, Controller, Get, Headers, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { CommandClient } from '#libs/bus';
import {
  cancelTrip,
  createTrip,
  getRiderTrip,
  getRiderTrips,
  getTrip,
  listTrips,
  postRiderCancel,
  postTrip,
  routerPath,
  toRiderTrip,
  type CancelRequest,
  type RiderTrip,
  type TripListQuery,
  type TripPage,
  type TripParams,
  type TripRequestBody,
} from '#libs/contracts';
import {
  CallerOf,
  etagOf,
  ForRole,
  LOGGER,
  matchesEtag,
  METRICS,
  readIdempotencyKey,
  RequestIdOf,
  requireIdempotencyKey,
  type Caller,
  type Logger,
  type Metrics,
} from '#libs/service';
import { riderOf } from '../rider-of.ts';
import { cursorAfter, readCursor } from './trip-cursor.ts';

@Controller()
@ForRole('rider')
export class TripsController {
  readonly #requested: ReturnType<Metrics['counter']>;

  constructor(
    private readonly commands: CommandClient,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(METRICS) metrics: Metrics,
  ) {
    this.#requested = metrics.counter('trip_requests_total', 'Trip requests acknowledged, repeats included');
  }

  @Post(routerPath(postTrip))
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

  @Get(routerPath(getRiderTrip))
  async read(
    @CallerOf() caller: Caller,
    @Param({ schema: getRiderTrip.params }) { trip_id }: TripParams,
    @Headers('if-none-match') ifNoneMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RiderTrip | undefined> {
    const trip = await this.commands.call(getTrip, {
      trip_id,
      reader: { role: 'rider', rider_id: riderOf(caller) },
    });
    const etag = etagOf(trip.seq);
    void reply.header('etag', etag);
    if (!matchesEtag(ifNoneMatch, etag)) return toRiderTrip(trip);
    void reply.status(304);
    return undefined;
  }

  @Get(routerPath(getRiderTrips))
  async list(
    @CallerOf() caller: Caller,
    @Query({ schema: getRiderTrips.query }) { cursor, limit }: TripListQuery,
  ): Promise<TripPage> {
    const { trips, more } = await this.commands.call(listTrips, {
      rider_id: riderOf(caller),
      limit,
      ...(cursor !== undefined && { after: readCursor(cursor) }),
    });
    const last = trips.at(-1);
    return {
      data: trips.map(toRiderTrip),
      next_cursor: more && last !== undefined ? cursorAfter(last.trip_id) : null,
    };
  }

  @Post(routerPath(postRiderCancel))
  @HttpCode(postRiderCancel.status)
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
