import { Body, Controller, Headers, HttpCode, Inject, Param, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import {
  HailgridError,
  newId,
  postOperatorAssign,
  routerPath,
  toTripRecord,
  type OperatorAssignRequest,
  type TripRecord,
} from '#libs/contracts';
import {
  AskerOf,
  CLOCK,
  CONFIG,
  etagOf,
  ForRole,
  machineTime,
  readIdempotencyKey,
  requireMatch,
  type Asker,
  type Clock,
} from '#libs/service';
import {
  lockDrivers,
  lockTrips,
  readClaims,
  readTrip,
  TripStore,
  type DriverRow,
  type TripTransaction,
} from '#libs/store';
import { decide, evolve, type Trip, type TripCommand } from '#libs/trip';
import type { TripsConfig } from '../config.ts';
import { tripOrThrow } from '../refusals.ts';
import { DriverEta } from './driver-eta.ts';
import { actOf } from './operator-act.ts';
import { OperatorAudit } from './operator-audit.ts';

/** Operators assign waiting trips to named drivers. */
@Controller()
export class AssignController {
  readonly #offerTtlMs: number;
  readonly #deliveryMs: number;

  constructor(
    private readonly store: TripStore,
    private readonly audit: OperatorAudit,
    private readonly etas: DriverEta,
    @Inject(CONFIG) config: TripsConfig,
    @Inject(CLOCK) clock: Clock,
  ) {
    this.#offerTtlMs = config.offerTtlMs;
    this.#deliveryMs = machineTime(clock, config.offerDeliveryMs);
  }

  @Post(routerPath(postOperatorAssign))
  @HttpCode(postOperatorAssign.status)
  @ForRole('operator')
  async assign(
    @AskerOf() asker: Asker,
    @Headers('idempotency-key') key: unknown,
    @Headers('if-match') ifMatch: string | undefined,
    @Param({ schema: postOperatorAssign.params })
    { trip_id: tripId }: z.output<typeof postOperatorAssign.params>,
    @Body({ schema: postOperatorAssign.body }) body: OperatorAssignRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TripRecord> {
    const { driver_id: driverId, mode, ...reason } = body;
    if (mode === 'force' && !asker.scopes.includes('ops.force'))
      throw new HailgridError('insufficient_scope', 'force without ops.force', {
        detail: 'the scope ops.force is needed',
      });
    const by = actOf(asker, reason);
    const idempotency = readIdempotencyKey(key, { act: 'assign', trip_id: tripId, ...body });
    const pickupEtaS = await this.#etaOf(tripId, driverId);
    const target = { trip_id: tripId, driver_id: driverId, mode };
    const asked = {
      asker,
      act: 'operator_assign',
      target,
      reason,
      idempotency,
      output: postOperatorAssign.response,
    };
    const record = await this.audit.act(asked, async (transaction) => {
      const { trip: before, driver } = await lock(transaction, tripId, driverId);
      requireMatch(ifMatch, before.seq);
      const { vehicle } = driver;
      const trip =
        mode === 'offer'
          ? await this.#offer(transaction, before, {
              type: 'operator_offer',
              by,
              offer: {
                offerId: newId('offer'),
                driverId,
                expiresAtMs: transaction.nowMs + this.#offerTtlMs,
                pickupEtaS,
                // No matcher has measured it, and no decision rests on it.
                pickupDistanceM: 0,
              },
            })
          : await bind(transaction, before, {
              type: 'operator_assign',
              by,
              driver: { driverId, vehicle, pickupEtaS },
              force: mode === 'force',
            });
      return { result: toTripRecord(trip), before: versionOf(before), after: versionOf(trip) };
    });
    void reply.header('etag', etagOf(record.seq));
    return record;
  }

  /** Asked before the transaction, which must not wait for a matcher. A repeated call asks in vain. */
  async #etaOf(tripId: string, driverId: DriverRow['driverId']): Promise<number> {
    const trip = await readTrip(this.store, tripId);
    return this.etas.secondsTo(trip, driverId);
  }

  async #offer(
    transaction: TripTransaction,
    trip: Trip,
    command: Extract<TripCommand, { type: 'operator_offer' }>,
  ): Promise<Trip> {
    const decision = decide(trip, command, transaction.nowMs);
    tripOrThrow({ trip, decision });
    const { offer } = command;
    const deliverByMs = transaction.nowMs + this.#deliveryMs;
    const claim = { ...offer, tripId: trip.tripId, deliverByMs, afterRide: false };
    const standing = (await transaction.takeClaims([claim])).get(offer.driverId);
    if (decision.outcome !== 'changed' || standing === undefined) throw claimed(offer.driverId);
    const [event] = decision.events;
    if (event === undefined) return trip;
    const offered = evolve(trip, event);
    await transaction.write([{ event, trip: offered, drivers: [standing], authority: null }]);
    return offered;
  }
}

async function bind(transaction: TripTransaction, trip: Trip, command: TripCommand): Promise<Trip> {
  return tripOrThrow(await transaction.change(trip.tripId, () => command));
}

/** Locks the trip, then its driver and the one who is asked, in the order of all transactions. */
async function lock(
  transaction: TripTransaction,
  tripId: string,
  driverId: DriverRow['driverId'],
): Promise<{ trip: Trip; driver: DriverRow }> {
  const trip = (await lockTrips(transaction, [tripId])).get(tripId);
  if (trip === undefined) throw new HailgridError('trip_not_found', `no trip ${tripId}`);
  const others = trip.offer === null || trip.offer.driverId === driverId ? [] : [trip.offer.driverId];
  const driver = (await lockDrivers(transaction, [driverId, ...others])).get(driverId);
  if (driver === undefined) throw new HailgridError('driver_not_found', `${driverId} never was online`);
  if (!driver.online) throw new HailgridError('driver_offline', `${driverId} is offline`);
  if (driver.product !== trip.product)
    throw new HailgridError(
      'driver_of_other_product',
      `${driverId} drives ${driver.product}, not ${trip.product}`,
    );
  const claims = await readClaims(transaction, [driverId]);
  const bound = claims.find((claim) => claim.tripId !== tripId);
  if (bound !== undefined) throw claimed(driverId, `by ${bound.tripId}`);
  return { trip, driver };
}

function claimed(driverId: string, by = 'meanwhile'): HailgridError {
  return new HailgridError('driver_claimed', `${driverId} is bound ${by}`);
}

/** What the audit keeps of the trip: its events have the rest. */
function versionOf({ state, seq, driver, offer }: Trip): object {
  return { state, seq, driver_id: driver?.driverId ?? null, asked_driver_id: offer?.driverId ?? null };
}
