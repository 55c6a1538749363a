import { Body, Controller, Headers, HttpCode, Inject, Param, Post } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import type { z } from 'zod';
import { BUS, publishJson } from '#libs/bus';
import {
  DRIVER_CHANGED_SUBJECT,
  HailgridError,
  postOperatorOffline,
  routerPath,
  type DriverChanged,
  type DriverRecord,
  type OperatorActRequest,
} from '#libs/contracts';
import { CallerOf, ForRole, LOGGER, readIdempotencyKey, type Caller, type Logger } from '#libs/service';
import { readDriver, TripStore } from '#libs/store';
import { endSession } from '../drivers/end-session.ts';
import { actOf } from './operator-act.ts';

/** Operators take drivers offline. */
@Controller()
export class DriverActsController {
  constructor(
    private readonly store: TripStore,
    @Inject(BUS) private readonly bus: NatsConnection,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** A driver who is offline already stays so: a repeated request is no error. */
  @Post(routerPath(postOperatorOffline))
  @HttpCode(postOperatorOffline.status)
  @ForRole('operator')
  async offline(
    @CallerOf() caller: Caller,
    @Headers('idempotency-key') key: unknown,
    @Param({ schema: postOperatorOffline.params })
    { driver_id: driverId }: z.output<typeof postOperatorOffline.params>,
    @Body({ schema: postOperatorOffline.body }) body: OperatorActRequest,
  ): Promise<DriverRecord> {
    const by = actOf(caller, body);
    const idempotency = readIdempotencyKey(key, { act: 'driver_offline', driver_id: driverId, ...body });
    const actor = { prefix: 'operator', id: caller.id } as const;
    const request = { actor, idempotency, output: postOperatorOffline.response };
    const record = await this.store.transactOnce(request, async (transaction) => {
      if ((await readDriver(transaction, driverId)) === undefined)
        throw new HailgridError('driver_not_found', `${driverId} never was online`);
      return endSession(transaction, {
        driverId,
        closeOffer: (offerId) => ({ type: 'operator_withdraw', by, offerId }),
      });
    });
    // A hint for the driver-api that serves the driver; one that misses it finds the newer version by its check.
    const changed: DriverChanged = { driver_id: driverId, driver_version: record.driver_version };
    publishJson(this.bus, DRIVER_CHANGED_SUBJECT, changed);
    const { session } = record;
    this.logger.info({ event: 'driver_offline', driver_id: driverId, session, ...body, operator: caller.id });
    return record;
  }
}
