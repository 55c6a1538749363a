import { moneyWords } from './words.ts';

/** What a ride costs and how it is called, for either side of it. */
export function RideFacts({ trip }: { trip: { trip_id: string; fare: Parameters<typeof moneyWords>[0] } }) {
  return (
    <dl className="facts">
      <dt>Fare</dt>
      <dd>{moneyWords(trip.fare)}</dd>
      <dt>Trip</dt>
      <dd className="mono" style={{ overflowWrap: 'anywhere' }}>
        {trip.trip_id}
      </dd>
    </dl>
  );
}
