import { Button, Field } from '../design/parts.tsx';
import { durationWords } from '../phone/words.ts';
import type { DriverMode } from './autopilot.ts';
import type { DriverPhone, DriverState } from './driver-phone.ts';

/** The slowest car of the slider: slower is no fun to watch. */
const SLOWEST_MPS = 5;
/** The fastest car of the slider: rides above 50 m/s are not believed, nor positions above 70 m/s. */
const FASTEST_MPS = 40;
const KMH_PER_MPS = 3.6;

const MODES: readonly { mode: DriverMode; name: string; detail: string }[] = [
  { mode: 'manual', name: 'I drive', detail: 'tap the map to drive there' },
  {
    mode: 'drives',
    name: 'The car drives',
    detail: 'to the pickup and the dropoff; I answer and press the buttons',
  },
  { mode: 'everything', name: 'Everything by itself', detail: 'accepts, drives, starts and completes' },
];

/** How the car is driven. */
export function DrivingPanel({ phone, state }: { phone: DriverPhone; state: DriverState }) {
  const { mode, speedMps, status, hint, target, trip, offer } = state;
  return (
    <section className="stack" aria-labelledby="driving-title">
      <h2 id="driving-title" className="visually-hidden">
        Driving
      </h2>
      {status === 'free' && hint !== undefined && (
        <div className="panel">
          <p>Riders are expected {durationWords(hint.drive_s * 1000)} from here.</p>
          <Button onClick={() => phone.goTo(hint.to)}>Drive there</Button>
        </div>
      )}
      {target !== undefined && mode === 'manual' && (
        <Button onClick={() => phone.stop()}>Stop the car</Button>
      )}
      <fieldset className="choices">
        <legend>Who drives?</legend>
        {MODES.map((one) => (
          <label key={one.mode} className="choice">
            <input
              type="radio"
              name="mode"
              checked={mode === one.mode}
              onChange={() => phone.drive({ mode: one.mode })}
            />
            <span>
              {one.name}
              <small>{one.detail}</small>
            </span>
          </label>
        ))}
      </fieldset>
      <Field label={`Speed: ${Math.round(speedMps * KMH_PER_MPS)} km/h`}>
        <input
          type="range"
          min={SLOWEST_MPS}
          max={FASTEST_MPS}
          value={speedMps}
          onChange={(event) => phone.drive({ speedMps: Number(event.target.value) })}
        />
      </Field>
      {status !== 'offline' && trip === undefined && (
        <Button disabled={state.isBusy || offer !== undefined} onClick={() => void phone.goOffline()}>
          Go offline
        </Button>
      )}
    </section>
  );
}
