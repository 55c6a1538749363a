import type { Point, RecordedTrip, StreetGraph } from '#libs/geo';
import { randomStream } from '../random/random.ts';
import type { DemandTrip } from './demand.ts';

const SECONDS_PER_HOUR = 3_600;

/** Seconds after midnight: trips requested in [fromS, toS). */
export interface Window {
  readonly fromS: number;
  readonly toS: number;
}

/** What of a record can be asked for again, and how many of its trips cannot. */
export interface Replay {
  readonly demand: readonly DemandTrip[];
  /** Trips whose ends were snapped to one and the same place: no phone can ask for such a ride. */
  readonly leftOut: number;
}

/** The recorded trips of the window in the order of their requests, at their own times. */
export function replayedDemand(trips: readonly RecordedTrip[], window: Window): Replay {
  const recorded = requestedWithin(trips, window);
  const demand = recorded
    .filter(({ pickup, dropoff }) => pickup.lat !== dropoff.lat || pickup.lng !== dropoff.lng)
    .sort((a, b) => a.requestedAtS - b.requestedAtS)
    .map(({ requestedAtS, pickup, dropoff, tripS }, index) => ({
      index,
      atS: requestedAtS - window.fromS,
      pickup,
      dropoff,
      rideS: tripS > 0 ? tripS : null,
    }));
  return { demand, leftOut: recorded.length - demand.length };
}

/** Nodes where drivers start: where riders were let out in the hour before; failing that, where they get in. */
export function startsFromTrips(
  graph: StreetGraph,
  trips: readonly RecordedTrip[],
  { fromS, toS }: Window,
  seed: number,
  count: number,
): number[] {
  const before = requestedWithin(trips, { fromS: fromS - SECONDS_PER_HOUR, toS: fromS });
  const places: readonly Point[] =
    before.length > 0
      ? before.map(({ dropoff }) => dropoff)
      : requestedWithin(trips, { fromS, toS }).map(({ pickup }) => pickup);
  return Array.from({ length: count }, (_, driver) =>
    graph.nearestNode(randomStream(seed, 'driver-start', driver).pick(places)),
  );
}

function requestedWithin(trips: readonly RecordedTrip[], { fromS, toS }: Window): RecordedTrip[] {
  return trips.filter(({ requestedAtS }) => requestedAtS >= fromS && requestedAtS < toS);
}
