import { hasEnded, type RiderTrip } from '#sdk';
import { Button } from '../design/parts.tsx';
import { distanceM } from '../phone/geometry.ts';
import { RideFacts } from '../phone/ride-facts.tsx';
import { useTime } from '../phone/service-time.ts';
import type { RiderPhone, RiderState } from './rider-phone.ts';
import { tripWords } from './trip-words.ts';

/** How often the times on the card are updated. */
const CARD_EVERY_MS = 500;

function leftM({ car }: RiderState, trip: RiderTrip): number | undefined {
  if (car === undefined) return undefined;
  return distanceM(car.point, trip.state === 'in_progress' ? trip.dropoff : trip.pickup);
}

/** The trip as it stands, and what the rider can do about it. */
export function TripCard({ phone, state, trip }: { phone: RiderPhone; state: RiderState; trip: RiderTrip }) {
  const nowMs = useTime(phone.now, CARD_EVERY_MS);
  const { title, detail } = tripWords(trip, nowMs, state.pickupAtMs, leftM(state, trip));
  const { driver } = trip;
  const mayCancel = !hasEnded(trip) && trip.state !== 'in_progress';
  return (
    <section className="panel" aria-label="Your ride">
      <h2 className="visually-hidden">Your ride</h2>
      <div className="phone-state">
        {/* Only the state is read out: times change all the while. */}
        <output>
          <strong>{title}</strong>
        </output>
        <span>{detail}</span>
      </div>
      {driver !== null && (
        <p>
          {driver.vehicle.color} {driver.vehicle.make} {driver.vehicle.model},{' '}
          <strong className="mono">{driver.vehicle.plate}</strong>
        </p>
      )}
      <RideFacts trip={trip} />
      {mayCancel && (
        <Button disabled={state.isBusy} onClick={() => void phone.cancel()}>
          {state.isBusy ? 'Canceling …' : 'Cancel the ride'}
        </Button>
      )}
      {hasEnded(trip) && (
        <Button look="primary" onClick={() => void phone.finish()}>
          Next ride
        </Button>
      )}
    </section>
  );
}
