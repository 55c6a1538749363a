import { useEffect, useState } from 'react';
import { hasEnded } from '#sdk';
import { Empty } from '../design/parts.tsx';
import { centreOf, distanceM, surprise, type Point } from '../phone/geometry.ts';
import type { MapPin } from '../phone/map-parts.ts';
import { PhoneMap } from '../phone/phone-map.tsx';
import { ConnectionNote, PhonePage, ProblemNote } from '../phone/phone-page.tsx';
import { serviceClock } from '../phone/service-time.ts';
import { useStore } from '../phone/store.ts';
import { tokenSource } from '../phone/token-source.ts';
import { useSettings } from '../session/context.ts';
import { expose } from '../test-hook.ts';
import { History } from './history.tsx';
import { RequestForm } from './request-form.tsx';
import { RiderPhone, type RiderState } from './rider-phone.ts';
import { TripCard } from './trip-card.tsx';

export default function RiderPage() {
  const { rider_api_url: url } = useSettings();
  return (
    <PhonePage
      app="rider"
      title="Rider"
      purpose="Order a ride: choose where from and where to, see the price, request, and watch the car come."
    >
      {url === null ? (
        <Empty>
          This console does not know the address of the riders&apos; API, so nobody can ride here.
        </Empty>
      ) : (
        <Phone url={url} />
      )}
    </PhonePage>
  );
}

function usePhone(url: string): RiderPhone {
  const settings = useSettings();
  const [phone] = useState(() => {
    const made = new RiderPhone({ url, token: tokenSource('rider'), now: serviceClock(settings) });
    const pickup = centreOf(settings.area);
    // A ride to try at once; a tap on the map makes it another one.
    made.choose({ pickup, dropoff: surprise(settings.area, pickup, Math.random) });
    return made;
  });
  useEffect(() => phone.open(), [phone]);
  useEffect(() => expose('rider', phone.store.get), [phone]);
  return phone;
}

function Phone({ url }: { url: string }) {
  const phone = usePhone(url);
  const state = useStore(phone.store);
  const { trip, pickup, dropoff, history, connection, problem } = state;
  const [next, setNext] = useState<'pickup' | 'dropoff'>('dropoff');
  const pins = usePins(state);
  return (
    <>
      <ConnectionNote connection={connection} />
      <ProblemNote words={problem} onDismiss={() => phone.dismissProblem()} />
      <PhoneMap
        app="rider"
        label={trip === undefined ? `Map: tap to set the ${next}` : 'Map of your ride'}
        pins={pins}
        line={lineOf(state)}
        car={trip !== undefined && !hasEnded(trip) ? state.car : undefined}
        focus={focusOf(state)}
        onPick={
          trip === undefined
            ? (point) => {
                phone.choose({ [next]: point });
                setNext('dropoff');
              }
            : undefined
        }
      />
      {trip === undefined ? (
        <RequestForm phone={phone} state={state} next={next} onNext={setNext} />
      ) : (
        <TripCard phone={phone} state={state} trip={trip} />
      )}
      <History trips={history} />
      <p className="visually-hidden">
        Pickup {pickup === undefined ? 'not set' : 'set'}, dropoff {dropoff === undefined ? 'not set' : 'set'}
        .
      </p>
    </>
  );
}

/** The pins, the same array as long as they stay where they are. */
function usePins({ trip, pickup, dropoff }: RiderState): readonly MapPin[] {
  const from = trip?.pickup ?? pickup;
  const to = trip?.dropoff ?? dropoff;
  const made = (): MapPin[] => [
    ...(from === undefined ? [] : [{ kind: 'pickup', point: from } as const]),
    ...(to === undefined ? [] : [{ kind: 'dropoff', point: to } as const]),
  ];
  const key = JSON.stringify([from, to]);
  const [kept, setKept] = useState(() => ({ key, pins: made() }));
  if (kept.key === key) return kept.pins;
  const pins = made();
  setKept({ key, pins });
  return pins;
}

/** The way of the price that is shown; also during the ride that was requested by it. */
function lineOf({ trip, pickup, dropoff, offered, product }: RiderState) {
  const isOfTrip = (at: Point | undefined, place: Point): boolean =>
    at !== undefined && distanceM(at, place) < 1;
  if (trip !== undefined) {
    const isPriced = isOfTrip(pickup, trip.pickup) && isOfTrip(dropoff, trip.dropoff);
    if (hasEnded(trip) || !isPriced) return undefined;
  }
  const chosen = offered[product];
  return chosen !== undefined && 'quote' in chosen ? chosen.quote.line : undefined;
}

function focusOf({ trip, dropoff, pickup, car }: RiderState): string {
  if (trip === undefined) return JSON.stringify([pickup, dropoff]);
  return `${trip.trip_id} ${trip.state} ${car === undefined ? 'no car' : 'car'}`;
}
