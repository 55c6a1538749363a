import type { DriverId, TripId } from '#libs/trip';
import type { MatchPlan } from '../matching/plan-matches.ts';
import type { RidingDriver } from '../supply-view.ts';

/** How many drives to a pickup are watched at once; further ones teach nothing. */
export const MAX_WATCHED_PICKUPS = 50_000;
/** How long a drive stays watched after its trip left the demand: the news of the pickup may arrive after that. */
const NEWS_LIMIT_MS = 10_000;
const MS_PER_S = 1_000;

/** A drive to a pickup that ended: the time estimated at its start, and the time it took. */
export interface EndedPickup {
  readonly foreseenS: number;
  readonly tookS: number;
}

interface Watched {
  readonly tripId: TripId;
  readonly foreseenS: number;
  readonly fromMs: number;
  lastSeenMs: number;
}

/**
 * Compares the estimated with the actual times of drives to pickups. A drive counts from the first round that sees the driver
 * on the way; a driver who still has a rider on board is not yet on the way.
 */
export class PickupWatch {
  readonly #watched = new Map<DriverId, Watched>();

  /** Watches the drivers on the way in a round. @param etas of the pairs of the question */
  note({ scene, question }: MatchPlan, etas: ArrayLike<number>): void {
    const { trips, drivers, nowMs } = scene;
    trips.forEach(({ tripId, driverId }, row) => {
      const column = question.ownColumns[row] as number;
      if (driverId === undefined || column < 0 || (drivers.availableInS[column] as number) > 0) return;
      const known = this.#watched.get(driverId);
      if (known?.tripId === tripId) known.lastSeenMs = nowMs;
      else if (this.#watched.size < MAX_WATCHED_PICKUPS) {
        // The present driver is the first candidate of its trip.
        const foreseenS = etas[question.rowStarts[row] as number] as number;
        if (Number.isFinite(foreseenS))
          this.#watched.set(driverId, { tripId, foreseenS, fromMs: nowMs, lastSeenMs: nowMs });
      }
    });
    for (const [driverId, { lastSeenMs }] of this.#watched)
      if (nowMs - lastSeenMs > NEWS_LIMIT_MS) this.#watched.delete(driverId);
  }

  /** The drives that ended since the previous call: their drivers have a rider on board. */
  look(riding: Iterable<RidingDriver>, nowMs: number): EndedPickup[] {
    const ended: EndedPickup[] = [];
    for (const { driverId } of riding) {
      const drive = this.#watched.get(driverId);
      if (drive === undefined) continue;
      this.#watched.delete(driverId);
      ended.push({ foreseenS: drive.foreseenS, tookS: (nowMs - drive.fromMs) / MS_PER_S });
    }
    return ended;
  }
}
