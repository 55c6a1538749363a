import { Body, Controller, Headers, HttpCode, Inject, Param, Post } from '@nestjs/common';
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
import { CallerOf, CONFIG, ForRole, readIdempotencyKey, type Caller } from '#libs/service';
import { TripStore } from '#libs/store';
import type { OperatorAct, TripCommand } from '#libs/trip';
import type { TripsConfig } from '../config.ts';
import { tripOrThrow } from '../refusals.ts';
import { actOf } from './operator-act.ts';

/** What an operator asks of one trip. */
interface Asked {
  caller: Caller;
  key: unknown;
  tripId: TripParams['trip_id'];
  body: OperatorActRequest;
}

/** Operators end trips, or give them to another driver, where rider and driver cannot. */
@Controller()
export class TripActsController {
  readonly #searchMs: number;

  constructor(
    private readonly store: TripStore,
    @Inject(CONFIG) config: TripsConfig,
  ) {
    this.#searchMs = config.searchDeadlineMs;
  }

  @Post(routerPath(postOperatorCancel))
  @HttpCode(postOperatorCancel.status)
  @ForRole('operator')
  async cancel(
    @CallerOf() caller: Caller,
    @Headers('idempotency-key') key: unknown,
    @Param({ schema: postOperatorCancel.params }) { trip_id: tripId }: TripParams,
    @Body({ schema: postOperatorCancel.body }) body: OperatorActRequest,
  ): Promise<TripRecord> {
    return this.#act({ caller, key, tripId, body }, (by) => ({ type: 'operator_cancel', by }));
  }

  @Post(routerPath(postOperatorComplete))
  @HttpCode(postOperatorComplete.status)
  @ForRole('operator')
  async complete(
    @CallerOf() caller: Caller,
    @Headers('idempotency-key') key: unknown,
    @Param({ schema: postOperatorComplete.params }) { trip_id: tripId }: TripParams,
    @Body({ schema: postOperatorComplete.body }) body: OperatorActRequest,
  ): Promise<TripRecord> {
    return this.#act({ caller, key, tripId, body }, (by) => ({ type: 'operator_complete', by }));
  }

  @Post(routerPath(postOperatorFail))
  @HttpCode(postOperatorFail.status)
  @ForRole('operator')
  async fail(
    @CallerOf() caller: Caller,
    @Headers('idempotency-key') key: unknown,
    @Param({ schema: postOperatorFail.params }) { trip_id: tripId }: TripParams,
    @Body({ schema: postOperatorFail.body }) body: OperatorActRequest,
  ): Promise<TripRecord> {
    return this.#act({ caller, key, tripId, body }, (by) => ({ type: 'operator_fail', by }));
  }

  @Post(routerPath(postOperatorRedispatch))
  @HttpCode(postOperatorRedispatch.status)
  @ForRole('operator')
  async redispatch(
    @CallerOf() caller: Caller,
    @Headers('idempotency-key') key: unknown,
    @Param({ schema: postOperatorRedispatch.params }) { trip_id: tripId }: TripParams,
    @Body({ schema: postOperatorRedispatch.body }) body: OperatorActRequest,
  ): Promise<TripRecord> {
    const searchMs = this.#searchMs;
    return this.#act({ caller, key, tripId, body }, (by) => ({ type: 'operator_redispatch', by, searchMs }));
  }

  async #act(
    { caller, key, tripId, body }: Asked,
    commandOf: (by: OperatorAct) => TripCommand,
  ): Promise<TripRecord> {
    const command = commandOf(actOf(caller, body));
    const idempotency = readIdempotencyKey(key, { act: command.type, trip_id: tripId, ...body });
    const actor = { prefix: 'operator', id: caller.id } as const;
    const request = { actor, idempotency, output: postOperatorCancel.response };
    return this.store.commit(request, async (transaction) =>
      toTripRecord(tripOrThrow(await transaction.change(tripId, () => command))),
    );
  }
}
