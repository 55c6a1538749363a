import type { ClientEntry } from './client-entry.ts';
import { RELEASING } from './double-assigned.ts';
import type { EventFact, Violation } from './facts.ts';

const ENDS: ReadonlySet<string> = new Set(['complete', 'cancel']);
/** States in which a trip has let go of the driver who had accepted it. */
const LET_GO: ReadonlySet<string> = new Set([
  'processing',
  'completed',
  'rider_canceled',
  'no_drivers_available',
  'failed',
]);

/**
 * Drivers whose phones were told of a second trip while they had one. A push may be lost: a trip that the phone believes
 * in has ended all the same where the database says so, before the other one began.
 */
export function phonesWithTwoTrips(
  entries: readonly ClientEntry[],
  events: readonly EventFact[],
): Violation[] {
  const ofDriver = Map.groupBy(events, ({ driverId }) => driverId);
  const has = new Map<string, string>();
  return entries.flatMap((entry) => {
    if (!('driver_id' in entry)) return [];
    const { driver_id: driver, trip_id: trip } = entry;
    const current = has.get(driver);
    if (isEnd(entry)) {
      if (current === trip) has.delete(driver);
      return [];
    }
    const isTwo =
      current !== undefined && current !== trip && !letGoBefore(current, trip, ofDriver.get(driver) ?? []);
    if (entry.kind === 'driver_changed' && entry.change === 'accept') has.set(driver, trip);
    return isTwo ? [`${driver} is told of ${trip} (${entry.kind}) while it has ${current}`] : [];
  });
}

function isEnd(entry: Extract<ClientEntry, { driver_id: string }>): boolean {
  if (entry.kind === 'driver_changed') return ENDS.has(entry.change);
  return entry.kind === 'driver_saw' && LET_GO.has(entry.state);
}

/** Whether the driver was let go by the one trip before the other one took it, or the other way round. */
function letGoBefore(first: string, second: string, events: readonly EventFact[]): boolean {
  const [one, other] = [boundTimes(first, events), boundTimes(second, events)];
  return one.every((a) => other.every((b) => a.until < b.from || b.until < a.from));
}

function boundTimes(trip: string, events: readonly EventFact[]): { from: number; until: number }[] {
  const own = events.filter(({ tripId }) => tripId === trip).toSorted((a, b) => a.seq - b.seq);
  const times: { from: number; until: number }[] = [];
  for (const { type, driverVersion } of own) {
    if (type === 'offer_made') times.push({ from: driverVersion ?? 0, until: Infinity });
    const last = times.at(-1);
    if (last !== undefined && RELEASING.has(type)) last.until = driverVersion ?? Infinity;
  }
  return times;
}
