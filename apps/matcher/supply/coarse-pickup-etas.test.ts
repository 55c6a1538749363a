import { expect, test } from 'vitest';
import { DEFAULT_ROUND_PARAMS, SupplyIndex } from '#libs/dispatch';
import {
  cellCenter,
  computedEtaProvider,
  etaTableByPickup,
  greatCircleEta,
  greatCircleM,
  METERS_PER_DEGREE,
  parentKey,
  pickupCellOf,
  positionCellOf,
  type EtaProvider,
  type Point,
} from '#libs/geo';
import { CAR_CELL_RES, CoarsePickupEtas, ETA_HOLD_MS, shownEtaS } from './coarse-pickup-etas.ts';

/** Speed and detour of the estimate by air, which the attacker knows. */
const METERS_PER_SECOND = 7 / 1.3;
const CENTER = cellCenter(parentKey(pickupCellOf({ lat: 38.72, lng: -9.14 }), CAR_CELL_RES));
const air = computedEtaProvider(greatCircleEta({ speedMps: 7 }));

function eastNorth({ lat, lng }: Point, eastM: number, northM: number): Point {
  const perDegreeM = METERS_PER_DEGREE * Math.cos((lat * Math.PI) / 180);
  return { lat: lat + northM / METERS_PER_DEGREE, lng: lng + eastM / perDegreeM };
}

class Cars {
  readonly supply = new SupplyIndex({ capacity: 8 });
  readonly etas: CoarsePickupEtas;
  #seq = 0;

  constructor(provider: EtaProvider = air, params = DEFAULT_ROUND_PARAMS) {
    this.etas = new CoarsePickupEtas(this.supply, provider, params);
  }

  put(point: Point, name = 'one', product = 'standard'): this {
    const ping = { driverId: `driver_${name}` as const, session: 1, seq: ++this.#seq, ...point, product };
    const free = { status: 'free', statusVersion: 1, freeAtMs: 0, left: false } as const;
    this.supply.applyReport({ ...ping, ...free }, positionCellOf(point), 0);
    return this;
  }

  ask(pickup: Point, nowMs = 0): Promise<number | null> {
    return this.etas.ask({ pickup, product: 'standard' }, nowMs);
  }
}

/** Rings of pickups around a place: 132 quotes. */
const PICKUPS = [300, 700, 1_200, 1_800, 2_500, 3_200].flatMap((radiusM) =>
  Array.from({ length: 22 }, (_, index) => {
    const angle = (index * 2 * Math.PI) / 22;
    return eastNorth(CENTER, 90 + radiusM * Math.cos(angle), 40 + radiusM * Math.sin(angle));
  }),
);

/** The place whose pickup times fit the answers best, by least squares: coarse to fine. */
function locate(answers: readonly { pickup: Point; etaS: number }[]): Point {
  let best = CENTER;
  for (const stepM of [400, 100, 25, 5, 1]) {
    const around = best;
    let least = Infinity;
    for (let east = -10; east <= 10; east++)
      for (let north = -10; north <= 10; north++) {
        const place = eastNorth(around, east * stepM, north * stepM);
        const residuals = answers.map(
          ({ pickup, etaS }) => greatCircleM(pickup, place) / METERS_PER_SECOND - etaS,
        );
        const offset = residuals.reduce((sum, each) => sum + each, 0) / residuals.length;
        const squares = residuals.reduce((sum, each) => sum + (each - offset) ** 2, 0);
        if (squares >= least) continue;
        least = squares;
        best = place;
      }
  }
  return best;
}

async function attack(etaOf: (pickup: Point) => Promise<number | null>): Promise<Point> {
  const answers = await Promise.all(
    PICKUPS.map(async (pickup) => ({ pickup, etaS: (await etaOf(pickup)) ?? NaN })),
  );
  return locate(answers.filter(({ etaS }) => etaS > 0));
}

/** Places in one cell, away from its centre. */
const PARKED = [
  [330, 0],
  [-330, 60],
  [0, 340],
  [60, -340],
  [230, -240],
].map(([eastM = 0, northM = 0]) => eastNorth(CENTER, eastM, northM));

test('the attack finds a car within metres by exact times, in steps or not', async () => {
  for (const car of PARKED) {
    const exact = (pickup: Point): number => greatCircleM(pickup, car) / METERS_PER_SECOND;
    expect(greatCircleM(await attack((pickup) => Promise.resolve(exact(pickup))), car)).toBeLessThan(5);
    const stepped = await attack((pickup) => Promise.resolve(shownEtaS(exact(pickup))));
    expect(greatCircleM(stepped, car)).toBeLessThan(100);
  }
});

test('132 quotes around a parked car tell its cell, and not where it is in there', async () => {
  for (const car of PARKED) {
    expect(parentKey(pickupCellOf(car), CAR_CELL_RES)).toBe(parentKey(pickupCellOf(CENTER), CAR_CELL_RES));
    const cars = new Cars().put(car);
    expect(greatCircleM(await attack((pickup) => cars.ask(pickup)), car)).toBeGreaterThan(250);
  }
});

test('every place in a cell gets the same answers, those at the edge of the radius too', async () => {
  const params = { ...DEFAULT_ROUND_PARAMS, pickupRadiusM: 2_000 };
  const seen = await Promise.all(
    PARKED.map(async (car) => {
      const cars = new Cars(air, params).put(car);
      return Promise.all(PICKUPS.map((pickup) => cars.ask(pickup)));
    }),
  );
  for (const answers of seen) expect(answers).toEqual(seen[0]);
  expect(new Set(seen[0]).size).toBeGreaterThan(5);
  expect(seen[0]).toContain(null);
});

test('an answer holds for its period, for every pickup in the cell, whatever the car does', async () => {
  const cars = new Cars().put(CENTER);
  const before = await cars.ask(CENTER);
  const away = eastNorth(CENTER, 0, 2_000);
  const other = await new Cars().put(CENTER).ask(eastNorth(CENTER, 1_500, 0));
  cars.put(away);
  expect(await cars.ask(eastNorth(CENTER, 20, 20), ETA_HOLD_MS - 1)).toBe(before);
  // Not asked before, and yet of the cell that the car had at the first question.
  expect(await cars.ask(eastNorth(CENTER, 1_500, 0), ETA_HOLD_MS - 1)).toBe(other);
  expect(await cars.ask(CENTER, ETA_HOLD_MS)).toBeGreaterThan(before ?? Infinity);
});

test('times have a floor, and longer steps from five minutes on', () => {
  expect([0, 74, 76, 299, 301, 329, 331].map(shownEtaS)).toEqual([60, 60, 90, 300, 300, 300, 360]);
});

test('is of the first to arrive; null if no driver of the product arrives in time', async () => {
  const near = eastNorth(CENTER, 1_000, 0);
  const far = eastNorth(CENTER, 3_000, 0);
  const both = await new Cars().put(near).put(far, 'two').ask(CENTER);
  expect(both).toBe(await new Cars().put(near).ask(CENTER));
  expect(await new Cars().ask(CENTER)).toBeNull();
  expect(await new Cars().put(near, 'one', 'xl').ask(CENTER)).toBeNull();
  const hasty = { ...DEFAULT_ROUND_PARAMS, maxPickupEtaS: 100 };
  expect(await new Cars(air, hasty).put(near).ask(CENTER)).toBeNull();
});

test('places of a cell without a route do not count, and a cell without any gives no time', async () => {
  const water = (wet: (origin: Point) => boolean): EtaProvider =>
    computedEtaProvider(
      etaTableByPickup((_, origins) =>
        Float64Array.from(origins, (origin) => (wet(origin) ? Infinity : 100)),
      ),
    );
  const car = eastNorth(CENTER, 200, 0);
  expect(await new Cars(water(({ lng }) => lng <= CENTER.lng + 0.001)).put(car).ask(CENTER)).toBe(90);
  expect(await new Cars(water(() => true)).put(car).ask(CENTER)).toBeNull();
});
