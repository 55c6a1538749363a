import { useEffect, useState } from 'react';
import { Button, Empty, Loading } from '../design/parts.tsx';
import { centreOf, distanceM } from '../phone/geometry.ts';
import type { MapPin } from '../phone/map-parts.ts';
import { PhoneMap } from '../phone/phone-map.tsx';
import { ConnectionNote, PhonePage, ProblemNote } from '../phone/phone-page.tsx';
import { PointFields } from '../phone/point-fields.tsx';
import { serviceClock } from '../phone/service-time.ts';
import { useStore } from '../phone/store.ts';
import { distanceWords, moneyWords } from '../phone/words.ts';
import { tokenSource } from '../phone/token-source.ts';
import { useSettings } from '../session/context.ts';
import { expose } from '../test-hook.ts';
import { DriverPhone, type DriverState } from './driver-phone.ts';
import { DriverTripCard } from './driver-trip-card.tsx';
import { DrivingPanel } from './driving-panel.tsx';
import { keepCar, readCar } from './kept-car.ts';
import { OfferCard } from './offer-card.tsx';
import { OnlineForm } from './online-form.tsx';

/** A car in a city, not too slow to watch: 50 km/h. */
const DEFAULT_SPEED_MPS = 14;

export default function DriverPage() {
  const { driver_api_url: url } = useSettings();
  return (
    <PhonePage
      app="driver"
      title="Driver"
      purpose="Drive: go online, take the rides that you are offered, and bring people to where they want to be."
    >
      {url === null ? (
        <Empty>
          This console does not know the address of the drivers&apos; API, so nobody can drive here.
        </Empty>
      ) : (
        <Phone url={url} />
      )}
    </PhonePage>
  );
}

function usePhone(url: string): DriverPhone {
  const settings = useSettings();
  const [phone] = useState(() => {
    const car = { at: centreOf(settings.area), mode: 'drives', speedMps: DEFAULT_SPEED_MPS } as const;
    return new DriverPhone({
      url,
      token: tokenSource('driver'),
      now: serviceClock(settings),
      clockSpeed: settings.clock_speed,
      car: readCar(window.localStorage) ?? car,
      keep: (kept) => keepCar(window.localStorage, kept),
    });
  });
  useEffect(() => phone.open(), [phone]);
  useEffect(() => expose('driver', phone.store.get), [phone]);
  return phone;
}

function Phone({ url }: { url: string }) {
  const phone = usePhone(url);
  const state = useStore(phone.store);
  const { area } = useSettings();
  const { status, offer, trip, next, car, connection, problem } = state;
  return (
    <>
      <ConnectionNote connection={connection} />
      <ProblemNote words={problem} onDismiss={() => phone.dismissProblem()} />
      <PhoneMap
        app="driver"
        label={status === 'offline' ? 'Map: tap to put the car there' : 'Map: tap to drive there'}
        pins={usePins(state)}
        car={car}
        focus={`${offer?.offer_id} ${trip?.trip_id} ${trip?.state} ${status === 'offline'}`}
        onPick={(point) => phone.goTo(point)}
      />
      <output className="phone-state">
        <strong>{statusWords(state)}</strong>
      </output>
      {status === undefined && <Loading what="your status" />}
      {status === 'offline' && <OnlineForm phone={phone} state={state} />}
      {offer !== undefined && <OfferCard phone={phone} state={state} offer={offer} />}
      {trip !== undefined && <DriverTripCard phone={phone} state={state} trip={trip} />}
      {next !== undefined && (
        <section className="panel" aria-label="Next ride">
          <h2>Next ride: yours after this one</h2>
          <p>
            {moneyWords(next.fare)} for {distanceWords(next.distance_m)}
            {trip !== undefined &&
              `; its pickup is ${distanceWords(distanceM(trip.dropoff, next.pickup))} from this dropoff`}
            .
          </p>
        </section>
      )}
      {status !== undefined && <DrivingPanel phone={phone} state={state} />}
      <details>
        <summary>{status === 'offline' ? 'Put the car somewhere' : 'Drive somewhere'} by numbers</summary>
        <div className="stack">
          <Button onClick={() => phone.goTo(centreOf(area))}>To the centre</Button>
          <PointFields
            name="Destination"
            point={state.target ?? car.point}
            onChoose={(point) => phone.goTo(point)}
          />
        </div>
      </details>
    </>
  );
}

function statusWords({ status, trip, offer, last }: DriverState): string {
  if (offer !== undefined) return 'A ride for you';
  if (trip?.state === 'accepted') return 'On the way to the pickup';
  if (trip?.state === 'arrived') return 'At the pickup';
  if (trip?.state === 'in_progress') return 'Riding to the dropoff';
  if (status === 'offline') return 'You are offline';
  if (status === 'free')
    return last === undefined ? 'Waiting for a ride' : `${endWords(last)}. Waiting for a ride`;
  return '';
}

function endWords({ state }: { state: string }): string {
  if (state === 'completed') return 'Ride completed';
  return state === 'rider_canceled' ? 'The rider canceled' : 'That ride is gone';
}

/** The pins, the same array as long as they stay where they are. */
function usePins({ offer, trip, target }: DriverState): readonly MapPin[] {
  const ride = offer ?? trip;
  const made = (): MapPin[] => [
    ...(ride === undefined
      ? []
      : ([
          { kind: 'pickup', point: ride.pickup },
          { kind: 'dropoff', point: ride.dropoff },
        ] as const)),
    ...(target === undefined || ride !== undefined ? [] : [{ kind: 'target', point: target } as const]),
  ];
  const key = JSON.stringify([ride?.pickup, ride?.dropoff, target]);
  const [kept, setKept] = useState(() => ({ key, pins: made() }));
  if (kept.key === key) return kept.pins;
  const pins = made();
  setKept({ key, pins });
  return pins;
}
