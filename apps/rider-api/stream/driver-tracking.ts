import type { NatsConnection, Subscription } from '@nats-io/transport-node';
import { subscribeJson, type DroppedMessage } from '#libs/bus';
import {
  trackedPosition,
  trackSubject,
  type TrackedPosition,
  type TripId,
  type TripRecord,
} from '#libs/contracts';
import { hasDriver } from '#libs/trip';

/** How many trips a rider's socket tracks at once: a rider has one or two. */
export const MAX_TRACKED_TRIPS = 20;

export interface DriverTrackingParts {
  bus: NatsConnection;
  onPosition: (position: TrackedPosition) => void;
  onDropped: DroppedMessage;
}

/** Subscribes to the driver positions of one rider's trips, each only while a driver is bound to the trip. */
export class DriverTracking {
  readonly #parts: DriverTrackingParts;
  readonly #subscriptions = new Map<TripId, Subscription>();

  constructor(parts: DriverTrackingParts) {
    this.#parts = parts;
  }

  /** Starts, keeps or ends the subscription, by the trip's new state. */
  follow({ trip_id, state }: Pick<TripRecord, 'trip_id' | 'state'>): void {
    if (!hasDriver(state)) this.#end(trip_id);
    else if (!this.#subscriptions.has(trip_id) && this.#subscriptions.size < MAX_TRACKED_TRIPS)
      this.#begin(trip_id);
  }

  close(): void {
    for (const tripId of this.#subscriptions.keys()) this.#end(tripId);
  }

  #begin(tripId: TripId): void {
    const { bus, onPosition, onDropped } = this.#parts;
    this.#subscriptions.set(
      tripId,
      subscribeJson(bus, trackSubject(tripId), trackedPosition, onPosition, onDropped),
    );
  }

  #end(tripId: TripId): void {
    this.#subscriptions.get(tripId)?.unsubscribe();
    this.#subscriptions.delete(tripId);
  }
}
