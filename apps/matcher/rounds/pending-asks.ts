import { Injectable } from '@nestjs/common';
import type { DriverId, Match, TripId } from '#libs/dispatch';

/** Asks with consequences that are remembered; those beyond have none. */
export const MAX_PENDING_ASKS = 1_000;

/** A driver is asked to replace another one, who then has somewhere else to go. */
interface PendingAsk {
  readonly driverId: DriverId;
  readonly followUps: readonly Match[];
}

/** What is to be seen of a trip that a driver is asked to take. */
export interface AskedTrip {
  readonly offered: boolean;
  readonly driverId: DriverId | undefined;
}

/**
 * Drivers who are asked to replace others, and what follows from a yes. A hint like all that a matcher holds: where it is
 * lost, the replaced driver is free and gets its next trip like anybody else.
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

  /** Trips that are spoken for until the answer is there. */
  heldTrips(): Set<TripId> {
    return new Set(
      [...this.#asks.values()].flatMap(({ followUps }) => followUps.map(({ tripId }) => tripId)),
    );
  }

  /**
   * Takes out the asks that are answered.
   *
   * @param tripNow undefined where the trip is not before its pickup any more
   * @returns what follows from those that were accepted
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
