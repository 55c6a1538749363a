import { Body, Controller, Headers, HttpCode, Inject, Param, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
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
import {
  AskerOf,
  etagOf,
  ForRole,
  LOGGER,
  readIdempotencyKey,
  requireMatch,
  type Asker,
  type Logger,
} from '#libs/service';
import { readDriver, type DriverRow } from '#libs/store';
import { endingOffers, endSession } from '../drivers/end-session.ts';
import { actOf } from './operator-act.ts';
import { OperatorAudit } from './operator-audit.ts';

/** Operators take drivers offline. */
@Controller()
export class DriverActsController {
  constructor(
    private readonly audit: OperatorAudit,
    @Inject(BUS) private readonly bus: NatsConnection,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** A driver who is offline already stays so: a repeated request is no error. */
  @Post(routerPath(postOperatorOffline))
  @HttpCode(postOperatorOffline.status)
  @ForRole('operator')
  async offline(
    @AskerOf() asker: Asker,
    @Headers('idempotency-key') key: unknown,
    @Headers('if-match') ifMatch: string | undefined,
    @Param({ schema: postOperatorOffline.params })
    { driver_id: driverId }: z.output<typeof postOperatorOffline.params>,
    @Body({ schema: postOperatorOffline.body }) body: OperatorActRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DriverRecord> {
    const by = actOf(asker, body);
    const idempotency = readIdempotencyKey(key, { act: 'driver_offline', driver_id: driverId, ...body });
    const asked = {
      asker,
      act: 'driver_offline',
      target: { driver_id: driverId },
      reason: body,
      idempotency,
    };
    const record = await endingOffers(() =>
      this.audit.act({ ...asked, output: postOperatorOffline.response }, async (transaction) => {
        const driver = await readDriver(transaction, driverId);
        if (driver === undefined) throw new HailgridError('driver_not_found', `${driverId} never was online`);
        let locked: DriverRow | undefined;
        const result = await endSession(transaction, {
          driverId,
          closeOffer: (offerId) => ({ type: 'operator_withdraw', by, offerId }),
          check: (found) => {
            locked = found;
            requireMatch(ifMatch, found.version);
          },
        });
        return {
          result,
          before: locked && versionOf(locked),
          after: versionOf({ ...result, version: result.driver_version }),
        };
      }),
    );
    void reply.header('etag', etagOf(record.driver_version));
    // A hint for the driver-api that serves the driver; one that misses it finds the newer version by its check.
    const changed: DriverChanged = { driver_id: driverId, driver_version: record.driver_version };
    publishJson(this.bus, DRIVER_CHANGED_SUBJECT, changed);
    const { session } = record;
    this.logger.info({ event: 'driver_offline', driver_id: driverId, session, ...body, operator: asker.id });
    return record;
  }
}

/** What the audit keeps of a driver. */
function versionOf({ session, online, version }: Pick<DriverRow, 'session' | 'online' | 'version'>): object {
  return { session, online, driver_version: version };
}
