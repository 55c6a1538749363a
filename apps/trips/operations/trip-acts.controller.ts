import { Body, Controller, Headers, HttpCode, Inject, Param, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import {
  postOperatorCancel,
  postOperatorComplete,
  postOperatorFail,
  postOperatorRedispatch,
  routerPath,
  toTripRecord,
  type OperatorActRequest,
  type TripParams,
  type TripRecord,
} from '#libs/contracts';
import {
  AskerOf,
  CONFIG,
  etagOf,
  ForRole,
  readIdempotencyKey,
  requireMatch,
  type Asker,
} from '#libs/service';
import type { OperatorAct, Trip, TripCommand } from '#libs/trip';
import type { TripsConfig } from '../config.ts';
import { tripOrThrow } from '../refusals.ts';
import { actOf } from './operator-act.ts';
import { OperatorAudit } from './operator-audit.ts';

/** What an operator asks of one trip. */
interface Asked {
  asker: Asker;
  headers: ActHeaders;
  tripId: TripParams['trip_id'];
  body: OperatorActRequest;
  reply: FastifyReply;
}

interface ActHeaders {
  'idempotency-key'?: string;
  'if-match'?: string;
}

/** Operators end trips, or give them to another driver, where rider and driver cannot. */
@Controller()
export class TripActsController {
  readonly #searchMs: number;

  constructor(
    private readonly audit: OperatorAudit,
    @Inject(CONFIG) config: TripsConfig,
  ) {
    this.#searchMs = config.searchDeadlineMs;
  }

  @Post(routerPath(postOperatorCancel))
  @HttpCode(postOperatorCancel.status)
  @ForRole('operator')
  async cancel(
    @AskerOf() asker: Asker,
    @Headers() headers: ActHeaders,
    @Param({ schema: postOperatorCancel.params }) { trip_id: tripId }: TripParams,
    @Body({ schema: postOperatorCancel.body }) body: OperatorActRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TripRecord> {
    return this.#act({ asker, headers, tripId, body, reply }, (by) => ({ type: 'operator_cancel', by }));
  }

  @Post(routerPath(postOperatorComplete))
  @HttpCode(postOperatorComplete.status)
  @ForRole('operator')
  async complete(
    @AskerOf() asker: Asker,
    @Headers() headers: ActHeaders,
    @Param({ schema: postOperatorComplete.params }) { trip_id: tripId }: TripParams,
    @Body({ schema: postOperatorComplete.body }) body: OperatorActRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TripRecord> {
    return this.#act({ asker, headers, tripId, body, reply }, (by) => ({ type: 'operator_complete', by }));
  }

  @Post(routerPath(postOperatorFail))
  @HttpCode(postOperatorFail.status)
  @ForRole('operator')
  async fail(
    @AskerOf() asker: Asker,
    @Headers() headers: ActHeaders,
    @Param({ schema: postOperatorFail.params }) { trip_id: tripId }: TripParams,
    @Body({ schema: postOperatorFail.body }) body: OperatorActRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TripRecord> {
    return this.#act({ asker, headers, tripId, body, reply }, (by) => ({ type: 'operator_fail', by }));
  }

  @Post(routerPath(postOperatorRedispatch))
  @HttpCode(postOperatorRedispatch.status)
  @ForRole('operator')
  async redispatch(
    @AskerOf() asker: Asker,
    @Headers() headers: ActHeaders,
    @Param({ schema: postOperatorRedispatch.params }) { trip_id: tripId }: TripParams,
    @Body({ schema: postOperatorRedispatch.body }) body: OperatorActRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TripRecord> {
    const searchMs = this.#searchMs;
    return this.#act({ asker, headers, tripId, body, reply }, (by) => ({
      type: 'operator_redispatch',
      by,
      searchMs,
    }));
  }

  async #act(
    { asker, headers, tripId, body, reply }: Asked,
    commandOf: (by: OperatorAct) => TripCommand,
  ): Promise<TripRecord> {
    const command = commandOf(actOf(asker, body));
    const idempotency = readIdempotencyKey(headers['idempotency-key'], {
      act: command.type,
      trip_id: tripId,
      ...body,
    });
    const asked = { asker, act: command.type, target: { trip_id: tripId }, reason: body, idempotency };
    const record = await this.audit.act(
      { ...asked, output: postOperatorCancel.response },
      async (transaction) => {
        let before: object | undefined;
        const changed = await transaction.change(tripId, (trip) => {
          requireMatch(headers['if-match'], trip.seq);
          before = versionOf(trip);
          return command;
        });
        const trip = tripOrThrow(changed);
        return { result: toTripRecord(trip), before, after: versionOf(trip) };
      },
    );
    void reply.header('etag', etagOf(record.seq));
    return record;
  }
}

/** What the audit keeps of a trip: its events have the rest. */
function versionOf({ state, seq, driver }: Trip): object {
  return { state, seq, driver_id: driver?.driverId ?? null };
}
