import { Inject, Injectable } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { BUS, openConnection, publishJson } from '#libs/bus';
import { driverPushSubject, riderPushSubject, type TripChange, type TripEventMessage } from '#libs/contracts';
import { eventKey } from '#libs/event-stream';
import { RecentMap } from '#libs/geo';
import { DemandNudger } from '../demand/demand-nudger.ts';

/**
 * How many pushes are remembered to avoid repeats; beyond that the oldest are forgotten and may be pushed twice.
 */
export const MAX_REMEMBERED_PUSHES = 50_000;

/** Events that change the open demand, so that the matcher of the pickup has to look at the trip. */
const CHANGES_DEMAND: ReadonlySet<TripEventMessage['type']> = new Set([
  'requested',
  'offer_declined',
  'offer_expired',
  'offer_undelivered',
  'offer_withdrawn',
  'accepted',
  'driver_assigned',
  'driver_swapped',
  'driver_redispatched',
  'driver_lost',
  'arrived',
  'rider_canceled',
  'no_drivers_available',
  'failed',
]);

/** Pushes committed changes to the rider, the drivers and the matcher concerned. May push a change twice. */
@Injectable()
export class ChangePusher {
  /** The connection over which each change was pushed last. */
  readonly #pushedOver = new RecentMap<string, string>(MAX_REMEMBERED_PUSHES);

  constructor(
    @Inject(BUS) private readonly bus: NatsConnection,
    private readonly nudger: DemandNudger,
  ) {}

  push(change: TripChange): void {
    const { event, trip } = change;
    const connection = openConnection(this.bus);
    publishJson(this.bus, riderPushSubject(trip.rider_id), change);
    for (const driverId of [event.driver_id, event.freed_driver_id])
      if (driverId !== null) publishJson(this.bus, driverPushSubject(driverId), change);
    if (CHANGES_DEMAND.has(event.type)) this.nudger.nudge(trip.trip_id, trip.pickup_cell);
    if (connection !== undefined) this.#pushedOver.set(eventKey(event), connection);
  }

  /**
   * Whether this process has pushed the change over the connection that is open now. The server then has the push as soon
   * as it answers anything sent later over that connection. A push over an earlier connection may be lost.
   */
  isPushed({ event }: TripChange): boolean {
    const connection = openConnection(this.bus);
    return connection !== undefined && this.#pushedOver.get(eventKey(event)) === connection;
  }
}
