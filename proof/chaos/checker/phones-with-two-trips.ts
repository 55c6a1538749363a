import type { ClientEntry } from './client-entry.ts';
import { binds, releases } from './double-assigned.ts';
import type { EventFact, Violation } from './facts.ts';

const ENDS: ReadonlySet<string> = new Set(['complete', 'cancel']);
/** States of a trip that has released the driver who had accepted it. */
const LET_GO: ReadonlySet<string> = new Set([
  'processing',
  'completed',
  'rider_canceled',
  'no_drivers_available',
  'failed',
]);

/**
 * Drivers whose phones received a second trip while they had one. Pushes may be lost: a trip that the phone still shows
 * counts as ended if the database ended it before the other one began.
 */
export function phonesWithTwoTrips(
  entries: readonly ClientEntry[],
  events: readonly EventFact[],
): Violation[] {
  const has = new Map<string, string>();
  return entries.flatMap((entry) => {
    if (!('driver_id' in entry) || entry.kind === 'driver_online') return [];
    const { driver_id: driver, trip_id: trip } = entry;
    const current = has.get(driver);
    if (isEnd(entry)) {
      if (current === trip) has.delete(driver);
      return [];
    }
    const isTwo = current !== undefined && current !== trip && !isLegal(current, trip, driver, events);
    if (takesOver(entry)) has.set(driver, trip);
    return isTwo ? [`${driver} receives ${trip} (${entry.kind}) while it has ${current}`] : [];
  });
}

/** The phone takes this as its trip from now on. */
function takesOver(entry: Extract<ClientEntry, { driver_id: string; trip_id: string }>): boolean {
  if (entry.kind === 'driver_changed') return entry.change === 'accept';
  return entry.kind === 'driver_saw' && entry.standing === 'current';
}

function isEnd(entry: Extract<ClientEntry, { driver_id: string; trip_id: string }>): boolean {
  if (entry.kind === 'driver_changed') return ENDS.has(entry.change);
  return entry.kind === 'driver_saw' && (entry.standing === 'gone' || LET_GO.has(entry.state));
}

/**
 * Whether one trip released the driver before the other one bound it, or the driver was offered one of them as the next
 * trip while the rider of the other was on board.
 */
function isLegal(first: string, second: string, driver: string, events: readonly EventFact[]): boolean {
  const [one, other] = [boundTimes(first, driver, events), boundTimes(second, driver, events)];
  return one.every((a) =>
    other.every((b) => a.until <= b.from || b.until <= a.from || isAfterRide(a, b) || isAfterRide(b, a)),
  );
}

/** The second was offered during the ride of the first. */
function isAfterRide(first: BoundTime, second: BoundTime): boolean {
  return first.rideFromMs <= second.fromMs && second.from < first.until && first.from < second.from;
}

/** An interval between two versions of the driver. */
interface BoundTime {
  readonly from: number;
  readonly fromMs: number;
  until: number;
  rideFromMs: number;
}

function boundTimes(trip: string, driver: string, events: readonly EventFact[]): BoundTime[] {
  const own = events.filter(({ tripId }) => tripId === trip).toSorted((a, b) => a.seq - b.seq);
  const times: BoundTime[] = [];
  for (const event of own) {
    const version = event.drivers.find(({ driverId }) => driverId === driver)?.version;
    const last = times.at(-1);
    if (binds(event, driver) && (last === undefined || last.until < Infinity))
      times.push({ from: version ?? 0, fromMs: event.atMs, until: Infinity, rideFromMs: Infinity });
    else if (last !== undefined && releases(event, driver)) last.until = version ?? Infinity;
    if (event.type === 'started' && last !== undefined) last.rideFromMs = event.atMs;
  }
  return times;
}
