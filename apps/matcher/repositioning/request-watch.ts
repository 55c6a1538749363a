import { Injectable } from '@nestjs/common';
import { OpenDemand, type OpenTrip, type TripId } from '#libs/dispatch';

/** Trips remembered as seen; more than are requested in one matcher's area while one of them is open. */
export const MAX_SEEN_TRIPS = 50_000;

/** Which open trips are news, so that each request is learned from once. */
@Injectable()
export class RequestWatch {
  readonly #seen = new Set<TripId>();

  constructor(private readonly demand: OpenDemand) {}

  /** Trips that were not open when this was asked before, oldest first. */
  newTrips(): OpenTrip[] {
    const fresh = [...this.demand].filter(({ tripId }) => !this.#seen.has(tripId));
    for (const { tripId } of fresh) this.#seen.add(tripId);
    for (const oldest of this.#seen) {
      if (this.#seen.size <= MAX_SEEN_TRIPS) break;
      this.#seen.delete(oldest);
    }
    return fresh;
  }
}
