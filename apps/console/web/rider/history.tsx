import type { RiderTrip } from '#sdk';
import { distanceWords, moneyWords } from '../phone/words.ts';

const OUTCOMES: Readonly<Partial<Record<RiderTrip['state'], string>>> = {
  completed: 'Completed',
  rider_canceled: 'Canceled',
  no_drivers_available: 'No driver was free',
  failed: 'Failed',
};

/** The last trips that have ended, newest first. */
export function History({ trips }: { trips: readonly RiderTrip[] }) {
  if (trips.length === 0) return null;
  return (
    <section className="stack" aria-labelledby="history-title">
      <h2 id="history-title">Your last rides</h2>
      <ul className="history">
        {trips.map((trip) => (
          <li key={trip.trip_id}>
            <span>
              {OUTCOMES[trip.state] ?? trip.state}, {distanceWords(trip.distance_m)}
            </span>
            <span>
              {trip.ended_at === null ? '' : new Date(trip.ended_at).toLocaleTimeString()}
              {trip.state === 'completed' && ` · ${moneyWords(trip.fare)}`}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
