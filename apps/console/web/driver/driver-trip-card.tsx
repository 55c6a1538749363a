import type { DriverTrip } from '#sdk';
import { Button } from '../design/parts.tsx';
import { distanceM } from '../phone/geometry.ts';
import { RideFacts } from '../phone/ride-facts.tsx';
import { distanceWords } from '../phone/words.ts';
import { AT_PLACE_M, placeOf, stepOf, type Step } from './autopilot.ts';
import type { DriverPhone, DriverState } from './driver-phone.ts';

const STEP_WORDS: Readonly<Record<Step, string>> = {
  arrive: 'I have arrived',
  start: 'Start the ride',
  complete: 'Complete the ride',
};

interface DriverTripCardProps {
  phone: DriverPhone;
  state: DriverState;
  trip: DriverTrip;
}

/** The ride that the driver has, and its next step. */
export function DriverTripCard({ phone, state, trip }: DriverTripCardProps) {
  const step = stepOf(trip);
  const place = placeOf(trip);
  const leftM = distanceM(state.car.point, place);
  const name = trip.state === 'in_progress' ? 'dropoff' : 'pickup';
  return (
    <section className="panel" aria-label="Your ride">
      <h2>{leftM <= AT_PLACE_M ? `You are at the ${name}` : `${distanceWords(leftM)} to the ${name}`}</h2>
      <RideFacts trip={trip} />
      <div className="phone-actions">
        {step !== undefined && (
          <Button
            look={leftM <= AT_PLACE_M ? 'primary' : 'plain'}
            disabled={state.isBusy}
            onClick={() => void phone.step(trip, step)}
          >
            {STEP_WORDS[step]}
          </Button>
        )}
        {state.mode === 'manual' && leftM > AT_PLACE_M && (
          <Button look="primary" onClick={() => phone.goTo(place)}>
            Drive to the {name}
          </Button>
        )}
        {trip.state !== 'in_progress' && (
          <Button disabled={state.isBusy} onClick={() => void phone.cancel(trip)}>
            Give the ride back
          </Button>
        )}
      </div>
    </section>
  );
}
