import type { VanishedPhone } from '#libs/contracts';
import { releases } from './double-assigned.ts';
import type { EventFact } from './facts.ts';

/**
 * For each driver whose phone vanished on the way to a pickup: service seconds until its trip was searched another driver
 * for. A trip that its rider canceled before, or that got a nearer driver, has none.
 */
export function redispatchTimesS(events: readonly EventFact[], vanished: readonly VanishedPhone[]): number[] {
  const eventsOf = Map.groupBy(events, ({ tripId }) => tripId);
  return vanished.flatMap(({ who, state, trip_id: trip, driver_id: driver, at_ms: atMs }) => {
    if (who !== 'driver' || state !== 'accepted' || driver === null) return [];
    const released = (eventsOf.get(trip) ?? [])
      .toSorted((a, b) => a.seq - b.seq)
      .find((event) => event.atMs > atMs && releases(event, driver));
    return released?.type === 'driver_lost' ? [(released.atMs - atMs) / 1000] : [];
  });
}
