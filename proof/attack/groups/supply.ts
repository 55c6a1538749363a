import { newId } from '#libs/contracts';
import { cellCenter, greatCircleM, parentKey, pickupCellOf, type Point } from '#libs/geo';
import { RiderPhone } from '../../../test/phones/rider-phone.ts';
import type { AttackCity } from '../city/attack-city.ts';
import { driverAt, eastNorth, riderOf, ROSSIO } from '../city/people.ts';
import { outcome, type Attack } from '../runner/attack.ts';

const PRODUCT = 'premium';
/** A quote's limit is a rider's, so the attacker has three. */
const RIDERS = 3;
const CARS = 3;
/** A car that is found more exactly than this has been located. */
const ERROR_LIMIT_M = 150;
/** Answers tell at most the cell of this resolution. A car in its middle would be found by chance. */
const CELL_RES = 8;
const OFF_CENTER_M = 200;
/** Speed and detour of the estimate by air, which the attacker knows. */
const METERS_PER_SECOND = 7 / 1.3;

/** Pickups all over the service area: 132. */
const PICKUPS: readonly Point[] = Array.from({ length: 12 }, (_, row) =>
  Array.from({ length: 11 }, (__, column) => ({ lat: 38.702 + row * 0.0037, lng: -9.158 + column * 0.0036 })),
).flat();

interface Told {
  pickup: Point;
  etaS: number;
}

function parkedAt(city: AttackCity): Point {
  for (;;) {
    const place = { lat: 38.712 + city.random() * 0.02, lng: -9.15 + city.random() * 0.02 };
    const center = cellCenter(parentKey(pickupCellOf(place), CELL_RES));
    if (greatCircleM(place, center) > OFF_CENTER_M) return place;
  }
}

async function ask(rider: RiderPhone, pickups: readonly Point[]): Promise<Told[]> {
  const told: Told[] = [];
  for (const pickup of pickups) {
    const dropoff = eastNorth(pickup, 0, pickup.lat > ROSSIO.lat ? -1_000 : 1_000);
    const { status, body } = await rider.post<{ pickup_eta_s: number | null }>('/v1/quotes', {
      product: PRODUCT,
      pickup,
      dropoff,
    });
    if (status !== 201) throw new Error(`no quote: ${status} ${JSON.stringify(body)}`);
    if (body.pickup_eta_s !== null) told.push({ pickup, etaS: body.pickup_eta_s });
  }
  return told;
}

/** The place whose pickup times fit the answers best, by least squares: coarse to fine. */
function locate(answers: readonly Told[]): Point {
  let best = ROSSIO;
  for (const stepM of [400, 100, 25, 5]) {
    const around = best;
    let least = Infinity;
    for (let east = -10; east <= 10; east++)
      for (let north = -10; north <= 10; north++) {
        const place = eastNorth(around, east * stepM, north * stepM);
        const misses = answers.map(
          ({ pickup, etaS }) => greatCircleM(pickup, place) / METERS_PER_SECOND - etaS,
        );
        const offset = misses.reduce((sum, each) => sum + each, 0) / misses.length;
        const squares = misses.reduce((sum, each) => sum + (each - offset) ** 2, 0);
        if (squares >= least) continue;
        least = squares;
        best = place;
      }
  }
  return best;
}

async function errorM(city: AttackCity): Promise<number> {
  const place = parkedAt(city);
  const driver = await driverAt(city, place, PRODUCT);
  try {
    const riders = await Promise.all(Array.from({ length: RIDERS }, () => riderOf(city)));
    const shares = riders.map((_, index) => PICKUPS.filter((__, number) => number % RIDERS === index));
    const told = await Promise.all(riders.map((rider, index) => ask(rider, shares[index] ?? [])));
    if (told.flat().length < PICKUPS.length / 2) throw new Error(`only ${told.flat().length} pickup times`);
    return greatCircleM(locate(told.flat()), place);
  } finally {
    await driver.goHome();
  }
}

export const SUPPLY: readonly Attack[] = [
  {
    id: 'locate-a-parked-car',
    what: `Find a parked car within ${ERROR_LIMIT_M} m by the pickup times of ${PICKUPS.length} quotes`,
    run: async (city) => {
      const errors: number[] = [];
      const cars = city.shortens ? 1 : CARS;
      while (errors.length < cars) errors.push(Math.round(await errorM(city)));
      return outcome(Math.min(...errors) < ERROR_LIMIT_M, `errors of ${errors.join(', ')} m`);
    },
  },
  {
    id: 'follow-a-car-by-its-quotes',
    what: 'See by a pickup time that a car has moved a hundred metres',
    run: async (city) => {
      const place = parkedAt(city);
      const [rider, driver] = await Promise.all([riderOf(city), driverAt(city, place, PRODUCT)]);
      const [before] = await ask(rider, [eastNorth(place, 0, 300)]);
      await driver.goHome();
      const other = await driverAt(city, eastNorth(place, 70, 70), PRODUCT);
      const [after] = await ask(rider, [eastNorth(place, 0, 300)]);
      await other.goHome();
      const shift = Math.abs((before?.etaS ?? 0) - (after?.etaS ?? 0));
      // A step between two cells shows, the way within one does not.
      const [a, b] = [place, eastNorth(place, 70, 70)].map((each) => parentKey(pickupCellOf(each), CELL_RES));
      return outcome(a === b && shift > 0, `the pickup time changed by ${shift} s`);
    },
  },
  {
    id: 'driver-of-a-quote',
    what: 'Learn who drives nearby from a quote',
    run: async (city) => {
      const [rider, driver] = await Promise.all([riderOf(city), driverAt(city, ROSSIO, PRODUCT)]);
      const { body } = await rider.post('/v1/quotes', {
        product: PRODUCT,
        pickup: ROSSIO,
        dropoff: eastNorth(ROSSIO, 0, 1_000),
      });
      await driver.goHome();
      return outcome(/driver_id|driver_[0-9a-z]{26}|plate/.test(JSON.stringify(body)), body);
    },
  },
  {
    id: 'places-of-another-trip',
    what: 'Hear the positions of a driver by resuming an invented trip',
    run: async (city) => {
      const rider = await riderOf(city);
      await rider.connect();
      await rider.ask('resume', { trips: [{ trip_id: newId('trip'), last_seq: 0 }] });
      const heard = rider.frames.some(({ type }) => type === 'driver_position');
      rider.hangUp();
      return outcome(heard, heard);
    },
  },
];
