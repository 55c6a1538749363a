import { Injectable } from '@nestjs/common';
import type { Match } from '#libs/dispatch';
import type { DriverId, TripId } from '#libs/trip';

/** How many offers that replace a driver are remembered; beyond that, the replaced driver is simply free. */
export const MAX_PENDING_ASKS = 1_000;

/** A driver is asked to replace another one, who then goes to another trip. */
interface PendingAsk {
  readonly driverId: DriverId;
  readonly followUps: readonly Match[];
}

/** The state of a trip that a driver is asked to take. */
export interface AskedTrip {
  readonly offered: boolean;
  readonly driverId: DriverId | undefined;
}

/**
 * Drivers who are asked to replace others, and the moves that follow when they accept. Only a hint, like all state of a
 * matcher: if it is lost, the replaced driver is free and gets its next trip like any other.
 */
@Injectable()
export class PendingAsks {
  readonly #asks = new Map<TripId, PendingAsk>();

  remember(tripId: TripId, ask: PendingAsk): void {
    if (ask.followUps.length > 0 && this.#asks.size < MAX_PENDING_ASKS) this.#asks.set(tripId, ask);
  }

  concerns(tripId: TripId): boolean {
    return this.#asks.has(tripId);
  }

  /** Trips reserved for follow-ups until the asked driver answers. */
  heldTrips(): Set<TripId> {
    return new Set(
      [...this.#asks.values()].flatMap(({ followUps }) => followUps.map(({ tripId }) => tripId)),
    );
  }

  /**
   * Removes the asks that are answered.
   *
   * @param tripNow returns undefined if the trip is no longer before its pickup
   * @returns the follow-ups of the accepted asks
   */
  takeAnswered(tripNow: (tripId: TripId) => AskedTrip | undefined): (readonly Match[])[] {
    const answered: (readonly Match[])[] = [];
    for (const [tripId, { driverId, followUps }] of this.#asks) {
      const trip = tripNow(tripId);
      if (trip?.driverId === driverId) answered.push(followUps);
      if (trip?.offered !== true || trip.driverId === driverId) this.#asks.delete(tripId);
    }
    return answered;
  }
}
