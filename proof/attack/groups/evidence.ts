import { setTimeout as sleep } from 'node:timers/promises';
import { greatCircleM, type Point } from '#libs/geo';
import type { PositionsResult } from '#libs/contracts';
import { TestDriver } from '../../../test/city/test-driver.ts';
import { DriverPhone } from '../../../test/phones/driver-phone.ts';
import type { AttackCity } from '../city/attack-city.ts';
import {
  driverAt,
  eastNorth,
  goOnline,
  ride,
  riderOf,
  ROSSIO,
  WALL_CLOCK,
  call,
  operatorToken,
  REASON,
} from '../city/people.ts';
import { outcome, type Attack, type Outcome } from '../runner/attack.ts';

/** Age from which a position proves nothing (30 s), and some more. */
const STALE_MS = 31_500;
const FAR = eastNorth(ROSSIO, 0, 3_300);
/** How far a burst of pings may bring a driver: a car's way in the time that a phone may be late, no more. */
const BURST_LIMIT_M = 1_000;

const STEPS = ['arrived', 'start', 'complete'] as const;
type Step = (typeof STEPS)[number];

/** Rides with a driver who stands at `place`, up to the acceptance; ends the trip afterwards. */
async function withAcceptedTrip(
  city: AttackCity,
  place: Point,
  attack: (driver: TestDriver, tripId: string) => Promise<Outcome>,
): Promise<Outcome> {
  const { driver, tripId, end } = await city.alone(() => accept(city, place));
  try {
    return await attack(driver, tripId);
  } finally {
    await end();
  }
}

async function accept(city: AttackCity, place: Point) {
  const driver = await driverAt(city, place);
  const rider = await riderOf(city);
  const trip = await ride(rider);
  await driver.accept(await driver.offer());
  const end = async (): Promise<void> => {
    driver.hangUp();
    // A ride under way is not the rider's to cancel, and its driver would get the next trip.
    const token = await operatorToken(city);
    await call(city.urls.trips, `/v1/ops/trips/${trip.trip_id}/fail`, { token, body: REASON });
  };
  return { driver, tripId: trip.trip_id, end };
}

/** Takes steps and tells which of them were believed. */
async function steps(
  driver: TestDriver,
  tripId: string,
  taken: readonly Step[] = STEPS,
): Promise<{ believed: Step[]; codes: string[] }> {
  const believed: Step[] = [];
  const codes: string[] = [];
  for (const step of taken) {
    const answer = await driver.phone.ask(step, { trip_id: tripId });
    if (answer.type === 'ack') believed.push(step);
    codes.push(answer.type === 'error' ? answer.data.code : 'ack');
  }
  return { believed, codes };
}

/** Sends positions in one request; tells the last one that was taken. */
async function sendPings(
  phone: DriverPhone,
  session: number,
  places: readonly Point[],
): Promise<{ last: Point | undefined; result: PositionsResult }> {
  const positions = places.map(({ lat, lng }) => phone.ping(session, lat, lng));
  const { status, body } = await phone.post<PositionsResult>('/v1/driver/positions', { positions });
  if (status !== 202) throw new Error(`positions: ${status} ${JSON.stringify(body)}`);
  const rejected = new Set(body.rejected.map(({ index }) => index));
  return { last: places.findLast((_, index) => !rejected.has(index)), result: body };
}

/** A driver who is online with one accepted position at ROSSIO. */
async function withDriver(
  city: AttackCity,
  attack: (phone: DriverPhone, session: number) => Promise<Outcome>,
): Promise<Outcome> {
  return city.alone(async () => {
    const phone = await DriverPhone.register(city.urls.issuer, city.urls.driver, WALL_CLOCK);
    await phone.connect();
    const session = await goOnline(phone);
    const { result } = await sendPings(phone, session, [ROSSIO]);
    if (result.accepted !== 1) throw new Error(`the first position is refused: ${JSON.stringify(result)}`);
    try {
      return await attack(phone, session);
    } finally {
      await phone.ask('offline', {});
      phone.hangUp();
    }
  });
}

function jumped(last: Point | undefined, evidence: unknown): Outcome {
  const distanceM = last === undefined ? 0 : Math.round(greatCircleM(ROSSIO, last));
  return outcome(distanceM > BURST_LIMIT_M, { distance_m: distanceM, evidence });
}

const STEPS_WITHOUT_CAUSE: readonly Attack[] = [
  {
    id: 'ride-from-afar',
    what: 'Accept, arrive, start and complete at once, 3.3 km from the pickup',
    run: (city) =>
      withAcceptedTrip(city, FAR, async (driver, tripId) => {
        const { believed, codes } = await steps(driver, tripId);
        return outcome(believed.length > 0, codes);
      }),
  },
  {
    id: 'teleport-and-arrive',
    what: 'Send one position at the pickup from 3.3 km away, and arrive',
    run: (city) =>
      withAcceptedTrip(city, FAR, async (driver, tripId) => {
        driver.pause();
        driver.phone.send({ type: 'position', data: driver.phone.ping(1, ROSSIO.lat, ROSSIO.lng) });
        const { believed, codes } = await steps(driver, tripId, ['arrived']);
        return outcome(believed.length > 0, codes);
      }),
  },
  {
    id: 'complete-at-once',
    what: 'Arrive and start honestly, and complete at once 1.5 km from the dropoff',
    run: (city) =>
      withAcceptedTrip(city, ROSSIO, async (driver, tripId) => {
        const { believed, codes } = await steps(driver, tripId);
        if (!believed.includes('start')) throw new Error(`an honest start is refused: ${codes.join()}`);
        return outcome(believed.includes('complete'), codes);
      }),
  },
  {
    id: 'start-before-arrival',
    what: 'Start and complete without arriving',
    run: (city) =>
      withAcceptedTrip(city, ROSSIO, async (driver, tripId) => {
        const { believed, codes } = await steps(driver, tripId, ['start', 'complete']);
        return outcome(believed.length > 0, codes);
      }),
  },
  {
    id: 'arrive-without-positions',
    what: 'Arrive with a phone that has sent no position for half a minute',
    waits: true,
    run: (city) =>
      withAcceptedTrip(city, ROSSIO, async (driver, tripId) => {
        driver.pause();
        await sleep(STALE_MS);
        const { believed, codes } = await steps(driver, tripId);
        return outcome(believed.length > 0, codes);
      }),
  },
];

const TRACKS: readonly Attack[] = [
  {
    id: 'burst',
    what: 'Go 3.4 km within one burst of 24 positions',
    run: (city) =>
      withDriver(city, async (phone, session) => {
        const places = Array.from({ length: 24 }, (_, index) => eastNorth(ROSSIO, 0, (index + 1) * 142));
        const { last, result } = await sendPings(phone, session, places);
        return jumped(last, `${result.accepted} of 24`);
      }),
  },
  {
    id: 'bursts',
    what: 'Go 3.4 km within a second by one request after the other',
    run: (city) =>
      withDriver(city, async (phone, session) => {
        let reached: Point | undefined;
        for (let index = 1; index <= 24; index += 1) {
          const { last } = await sendPings(phone, session, [eastNorth(ROSSIO, 0, index * 142)]);
          reached = last ?? reached;
        }
        return jumped(reached, '24 requests');
      }),
  },
  {
    id: 'budget-of-two-sessions',
    what: 'Go 3.3 km at once by going offline and online in between',
    run: (city) =>
      withDriver(city, async (phone) => {
        await phone.ask('offline', {});
        const session = await goOnline(phone);
        const { last, result } = await sendPings(phone, session, [FAR]);
        return jumped(
          last,
          result.rejected.map(({ code }) => code),
        );
      }),
  },
  {
    id: 'backdated-track',
    what: 'Go 3.3 km at once by times of recording that lie ten minutes apart',
    run: (city) =>
      withDriver(city, async (phone, session) => {
        const ago = (ms: number): string => new Date(Date.now() - ms).toISOString();
        const ping = (place: Point, recorded_at: string) =>
          phone.ping(session, place.lat, place.lng, { recorded_at });
        const positions = [ping(ROSSIO, ago(600_000)), ping(FAR, ago(0))];
        const { body } = await phone.post<PositionsResult>('/v1/driver/positions', { positions });
        const rejected = new Set(body.rejected.map(({ index }) => index));
        return jumped(rejected.has(1) ? undefined : FAR, body.rejected);
      }),
  },
  {
    id: 'session-of-the-future',
    what: 'Send a position of a session that was never opened',
    run: (city) =>
      withDriver(city, async (phone, session) => {
        const { result } = await sendPings(phone, session + 1, [ROSSIO]);
        return outcome(result.accepted > 0, result.rejected);
      }),
  },
  {
    id: 'session-of-the-past',
    what: 'Send a position of a session that has ended',
    run: (city) =>
      withDriver(city, async (phone, session) => {
        await phone.ask('offline', {});
        await goOnline(phone);
        const { result } = await sendPings(phone, session, [ROSSIO]);
        return outcome(result.accepted > 0, result.rejected);
      }),
  },
  {
    id: 'number-again',
    what: 'Send the same number of a position twice, with two places',
    run: (city) =>
      withDriver(city, async (phone, session) => {
        const one = phone.ping(session, ROSSIO.lat, ROSSIO.lng);
        const other = { ...one, lat: one.lat + 0.0005 };
        const { body } = await phone.post<PositionsResult>('/v1/driver/positions', {
          positions: [one, other],
        });
        return outcome(body.accepted > 1, body.rejected);
      }),
  },
  {
    id: 'out-of-the-area',
    what: 'Be in another city',
    run: (city) =>
      withDriver(city, async (phone, session) => {
        const { result } = await sendPings(phone, session, [
          { lat: 0, lng: 0 },
          { lat: 41.15, lng: -8.61 },
        ]);
        return outcome(result.accepted > 0, result.rejected);
      }),
  },
];

export const EVIDENCE: readonly Attack[] = [...STEPS_WITHOUT_CAUSE, ...TRACKS];
