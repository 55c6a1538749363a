import type { RecordedTrip } from './trip-file.ts';

const DAY_S = 86_400;

/** Seconds after midnight, from `fromS` on and before `toS`; beyond 86,400 on the next day. */
export interface RecordedWindow {
  readonly fromS: number;
  readonly toS: number;
}

/** The window that begins at `fromS`. With 0 minutes it lasts to the end of the recording. */
export function recordedWindow(
  trips: readonly RecordedTrip[],
  fromS: number,
  minutes: number,
): RecordedWindow {
  return { fromS, toS: minutes === 0 ? lastS(trips) + 1 : fromS + minutes * 60 };
}

/**
 * The trips requested within a window, in file order. A recording of one day is a day that repeats: its early trips are
 * requested again after midnight, and its late ones before it, with times moved by a day. A recording that itself goes
 * beyond midnight does not repeat.
 */
export function tripsWithin(
  trips: readonly RecordedTrip[],
  { fromS, toS }: RecordedWindow,
): readonly RecordedTrip[] {
  const firstDay = Math.floor(fromS / DAY_S);
  const days = lastS(trips) < DAY_S ? Math.max(0, Math.ceil(toS / DAY_S) - firstDay) : 0;
  const shiftsS = days === 0 ? [0] : Array.from({ length: days }, (_, day) => (firstDay + day) * DAY_S);
  return shiftsS.flatMap((shiftS) =>
    trips
      .filter(({ requestedAtS: atS }) => atS + shiftS >= fromS && atS + shiftS < toS)
      .map((trip) => (shiftS === 0 ? trip : { ...trip, requestedAtS: trip.requestedAtS + shiftS })),
  );
}

function lastS(trips: readonly RecordedTrip[]): number {
  return trips.reduce((last, { requestedAtS }) => Math.max(last, requestedAtS), 0);
}
