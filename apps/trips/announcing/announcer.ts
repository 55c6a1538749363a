import { Inject, Injectable } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { BUS, publishJson } from '#libs/bus';
import { driverPushSubject, riderPushSubject, type TripChange, type TripEventMessage } from '#libs/contracts';
import type { WrittenChange } from '#libs/store';
import { DemandNudger } from '../demand/demand-nudger.ts';
import { OutboxCleaner } from './outbox-cleaner.ts';
import { tripChangeOf } from './trip-change.ts';

/** Events after which the matcher of the pickup has something to look at. */
const CHANGES_DEMAND: ReadonlySet<TripEventMessage['type']> = new Set([
  'requested',
  'offer_declined',
  'offer_expired',
  'accepted',
  'driver_redispatched',
  'rider_canceled',
  'no_drivers_available',
  'failed',
]);

/**
 * Tells committed changes to the rider, the driver and the matcher concerned. May tell one twice, never out of thin
 * air.
 */
@Injectable()
export class Announcer {
  readonly #bus: NatsConnection;
  readonly #nudger: DemandNudger;
  readonly #cleaner: OutboxCleaner;

  constructor(
    @Inject(BUS) bus: NatsConnection,
    @Inject(DemandNudger) nudger: DemandNudger,
    @Inject(OutboxCleaner) cleaner: OutboxCleaner,
  ) {
    this.#bus = bus;
    this.#nudger = nudger;
    this.#cleaner = cleaner;
  }

  /** Changes that this process has just committed. */
  announce(changes: readonly WrittenChange[]): void {
    for (const change of changes) this.tell(tripChangeOf(change));
  }

  /** One change, fresh or found by the relay; its outbox entry goes once it is on its way. */
  tell(change: TripChange): void {
    const { event, trip } = change;
    publishJson(this.#bus, riderPushSubject(trip.rider_id), change);
    if (event.driver_id !== null) publishJson(this.#bus, driverPushSubject(event.driver_id), change);
    if (CHANGES_DEMAND.has(event.type)) this.#nudger.nudge(trip.trip_id, trip.pickup_cell);
    this.#cleaner.pushed({ tripId: event.trip_id, seq: event.seq });
  }
}
