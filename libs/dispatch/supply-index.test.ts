import { greatCircleM, positionCellOf, type Point } from '#libs/geo';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DriverId } from '#libs/trip';
import type { DriverReport, DriverStatus, ReportOutcome } from './supply-event.ts';
import { SupplyIndex } from './supply-index.ts';
import type { NearestOptions } from './supply-view.ts';

const LISBON: Point = { lat: 38.72, lng: -9.14 };
/** Places where a grid may have a seam: a pentagon's centre at resolution 9, the antimeridian, and the far north. */
const SEAMS: readonly Point[] = [
  LISBON,
  { lat: 10.536199075468, lng: 143.785828403687 },
  { lat: -17, lng: 180 },
  { lat: 84.9, lng: 25 },
];

/** A report with its stream and the time of its arrival. */
interface HeardReport extends DriverReport {
  readonly positionCell: number;
  readonly reportedAtMs: number;
}

/** A ping without news of the driver's status. */
function ping(change: Partial<HeardReport> = {}): HeardReport {
  const { lat, lng } = { ...LISBON, ...change };
  return {
    driverId: 'driver_a',
    session: 1,
    seq: 1,
    lat,
    lng,
    positionCell: positionCellOf({ lat, lng }),
    product: 'standard',
    reportedAtMs: 1000,
    left: false,
    status: 'offline',
    statusVersion: -1,
    freeAtMs: 0,
    ...change,
  };
}

function hear(index: SupplyIndex, report: HeardReport): ReportOutcome {
  return index.applyReport(report, report.positionCell, report.reportedAtMs);
}

function freeDriver(index: SupplyIndex, driverId: DriverId, at: Point, product = 'standard'): void {
  hear(index, ping({ driverId, product, ...at }));
  index.applyStatus({ driverId, status: 'free', statusVersion: 1, freeAtMs: 0 });
}

/** A place within some kilometres of a base; some offsets snap to a coarse grid, to give ties. */
function placeNear(base: Point): fc.Arbitrary<Point> {
  const offset = fc.oneof(
    fc.double({ min: -0.03, max: 0.03, noNaN: true }),
    fc.integer({ min: -3, max: 3 }).map((step) => step / 100),
  );
  return fc.tuple(offset, offset).map(([north, east]) => {
    const lng = base.lng + east / Math.cos((base.lat * Math.PI) / 180);
    return { lat: base.lat + north, lng: lng > 180 ? lng - 360 : lng };
  });
}

const statuses: readonly DriverStatus[] = ['offline', 'free', 'free', 'free', 'offered', 'on_trip'];
const drivers = fc.constantFrom<DriverId>(...Array.from({ length: 40 }, (_, n) => `driver_${n}` as const));

type Step =
  | {
      readonly kind: 'ping';
      readonly driverId: DriverId;
      readonly seq: number;
      readonly at: Point;
      readonly product: string;
    }
  | {
      readonly kind: 'status';
      readonly driverId: DriverId;
      readonly version: number;
      readonly status: DriverStatus;
    }
  | { readonly kind: 'left'; readonly driverId: DriverId; readonly seq: number; readonly from: Point }
  | { readonly kind: 'expire'; readonly beforeMs: number };

function stepsNear(base: Point): fc.Arbitrary<Step[]> {
  const at = placeNear(base);
  const seq = fc.integer({ min: 1, max: 30 });
  const step: fc.Arbitrary<Step> = fc.oneof(
    {
      weight: 10,
      arbitrary: fc.record({
        kind: fc.constant('ping'),
        driverId: drivers,
        seq,
        at,
        product: fc.constantFrom('standard', 'xl'),
      }),
    },
    {
      weight: 8,
      arbitrary: fc.record({
        kind: fc.constant('status'),
        driverId: drivers,
        version: seq,
        status: fc.constantFrom(...statuses),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('left'), driverId: drivers, seq, from: at }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('expire'), beforeMs: fc.integer({ min: 0, max: 20 }) }),
    },
  );
  return fc.array(step, { maxLength: 300, size: 'max' });
}

interface Known {
  seq: number;
  at: Point | undefined;
  /** The cell of the latest ping; without `at`, the cell that was left. */
  positionCell: number;
  product: string;
  heardAtMs: number;
  status: DriverStatus;
  version: number;
}

/** A naive reference: a list of drivers and a sort. */
class PlainSupply {
  readonly known = new Map<DriverId, Known>();
  #expiredBeforeMs = -Infinity;
  #newestMs = -Infinity;

  apply(step: Step): void {
    if (step.kind === 'expire') return this.#expire(step.beforeMs);
    const driver = this.known.get(step.driverId);
    if (step.kind === 'left') {
      if (
        driver?.at === undefined ||
        driver.positionCell !== positionCellOf(step.from) ||
        driver.seq > step.seq
      )
        return;
      Object.assign(driver, { at: undefined, seq: step.seq });
    } else if (step.kind === 'status') this.#applyStatus(step, driver);
    else this.#applyPing(step, driver);
  }

  nearest(point: Point, { k, radiusM, product, isExcluded }: NearestOptions) {
    return [...this.known]
      .flatMap(([driverId, { at, status, product: own }]) =>
        at && status === 'free' && own === product ? [{ driverId, at }] : [],
      )
      .map(({ driverId, at }) => ({ driverId, distanceM: greatCircleM(point, at) }))
      .filter(({ driverId, distanceM }) => distanceM <= radiusM && !isExcluded?.(driverId))
      .sort((a, b) => a.distanceM - b.distanceM)
      .slice(0, k);
  }

  count(status: DriverStatus): number {
    return [...this.known.values()].filter((driver) => driver.at !== undefined && driver.status === status)
      .length;
  }

  #applyPing(step: Step & { kind: 'ping' }, driver: Known | undefined): void {
    const reportedAtMs = step.seq;
    const positionCell = positionCellOf(step.at);
    if (reportedAtMs < this.#expiredBeforeMs) return;
    const isAwaited =
      driver?.at === undefined && driver?.seq === step.seq && driver.positionCell !== positionCell;
    if (driver !== undefined && !(step.seq > driver.seq || isAwaited)) return;
    this.#newestMs = Math.max(this.#newestMs, reportedAtMs);
    const { status = 'offline', version = -1 } = driver ?? {};
    const heard = {
      seq: step.seq,
      at: step.at,
      positionCell,
      product: step.product,
      heardAtMs: reportedAtMs,
    };
    this.known.set(step.driverId, { ...heard, status, version });
  }

  #applyStatus(step: Step & { kind: 'status' }, driver: Known | undefined): void {
    if (driver !== undefined && step.version <= driver.version) return;
    const heardAtMs = Math.max(this.#newestMs, this.#expiredBeforeMs);
    const before = driver ?? { seq: -1, at: undefined, positionCell: 0, product: '', heardAtMs };
    this.known.set(step.driverId, { ...before, status: step.status, version: step.version });
  }

  #expire(beforeMs: number): void {
    this.#expiredBeforeMs = Math.max(this.#expiredBeforeMs, beforeMs);
    for (const [driverId, driver] of this.known) {
      if (driver.heardAtMs === -Infinity) driver.heardAtMs = beforeMs;
      if (driver.heardAtMs < beforeMs) this.known.delete(driverId);
    }
  }
}

/** All sessions are 1. The time of a ping is its seq, so that expiry removes only some pings. */
function apply(index: SupplyIndex, step: Step): void {
  if (step.kind === 'expire') index.expireBefore(step.beforeMs);
  else if (step.kind === 'status') {
    const { driverId, status, version: statusVersion } = step;
    index.applyStatus({ driverId, status, statusVersion, freeAtMs: 0 });
  } else if (step.kind === 'left') {
    const { driverId, seq, from } = step;
    hear(index, ping({ driverId, seq, left: true, ...from }));
  } else {
    const { driverId, seq, at, product } = step;
    hear(index, ping({ driverId, seq, product, reportedAtMs: seq, ...at }));
  }
}

describe('SupplyIndex.nearest', () => {
  it('finds the same drivers as a list and a sort, after any history', () => {
    const world = fc
      .constantFrom(...SEAMS)
      .chain((base) => fc.record({ steps: stepsNear(base), point: placeNear(base) }));
    const options = fc.record({
      k: fc.integer({ min: 1, max: 50 }),
      radiusM: fc.oneof(fc.integer({ min: 0, max: 8000 }), fc.constant(0)),
      product: fc.constantFrom('standard', 'xl', 'none such'),
      excluded: fc.array(drivers, { maxLength: 5 }),
    });
    fc.assert(
      fc.property(world, options, ({ steps, point }, { excluded, ...rest }) => {
        const index = new SupplyIndex({ capacity: 40 });
        const plain = new PlainSupply();
        for (const step of steps) {
          apply(index, step);
          plain.apply(step);
        }
        const asked = { ...rest, isExcluded: (driverId: DriverId) => excluded.includes(driverId) };
        const found = index.nearest(point, asked);
        const expected = plain.nearest(point, asked);
        expect(found.map(({ distanceM }) => distanceM.toFixed(3))).toEqual(
          expected.map(({ distanceM }) => distanceM.toFixed(3)),
        );
        for (const { driverId, point: at, distanceM } of found) {
          expect(plain.known.get(driverId)).toMatchObject({ at, status: 'free', product: asked.product });
          expect(greatCircleM(point, at)).toBeCloseTo(distanceM, 3);
          expect(excluded).not.toContain(driverId);
        }
        expect(new Set(found.map(({ driverId }) => driverId)).size).toBe(found.length);
        expect(index.size).toBe(plain.known.size);
        expect(index.counts()).toEqual({
          free: plain.count('free'),
          offered: plain.count('offered'),
          onTrip: plain.count('on_trip'),
        });
      }),
      { numRuns: 300 },
    );
  });

  it('orders equally near drivers by id, not by arrival', () => {
    for (const order of [
      ['driver_a', 'driver_b', 'driver_c'],
      ['driver_c', 'driver_b', 'driver_a'],
    ] as const) {
      const index = new SupplyIndex();
      for (const driverId of order) freeDriver(index, driverId, LISBON);
      const found = index.nearest(LISBON, { k: 2, radiusM: 100, product: 'standard' });
      expect(found.map(({ driverId }) => driverId)).toEqual(['driver_a', 'driver_b']);
    }
  });

  it('gives the same answers after its cells were forgotten and relearned', () => {
    const index = new SupplyIndex({ capacity: 4 });
    freeDriver(index, 'driver_a', LISBON);
    const ask = () => index.nearest(LISBON, { k: 3, radiusM: 20_000, product: 'standard' });
    const before = ask();
    // Each of these searches touches thousands of empty cells: together far more than the index has room for.
    for (let step = 1; step <= 12; step++)
      index.nearest({ lat: 30 + step, lng: step }, { k: 3, radiusM: 20_000, product: 'standard' });
    expect(ask()).toEqual(before);
    expect(hear(index, ping({ seq: 2, lat: 39 }))).toBe('applied');
    expect(ask()).toEqual([]);
  });

  it('refuses invalid searches', () => {
    const index = new SupplyIndex();
    freeDriver(index, 'driver_a', LISBON);
    expect(() => index.nearest({ lat: 91, lng: 0 }, { k: 1, radiusM: 1, product: 'standard' })).toThrow(
      'no such place',
    );
    expect(() => index.nearest(LISBON, { k: 0, radiusM: 1, product: 'standard' })).toThrow('k must be');
    expect(() => index.nearest(LISBON, { k: 1, radiusM: Number.NaN, product: 'standard' })).toThrow(
      'radiusM must be',
    );
  });
});

describe('SupplyIndex', () => {
  it('reaches the same state for any order of pings and statuses', () => {
    const events = fc.array(
      fc.record({ driverId: drivers, version: fc.integer({ min: 1, max: 9 }), isPing: fc.boolean() }),
      { maxLength: 100 },
    );
    fc.assert(
      fc.property(events, fc.infiniteStream(fc.nat()), (list, keys) => {
        const shuffled = list
          .map((each) => ({ each, key: keys.next().value! }))
          .sort((a, b) => a.key - b.key);
        const [first, second] = [list, shuffled.map(({ each }) => each)].map((order) => {
          const index = new SupplyIndex({ capacity: 40 });
          for (const { driverId, version, isPing } of order) {
            if (isPing)
              hear(index, ping({ driverId, session: version % 3, seq: version, lat: 38.7 + version / 1000 }));
            else
              index.applyStatus({
                driverId,
                status: version % 2 ? 'free' : 'on_trip',
                statusVersion: version,
                freeAtMs: version,
              });
          }
          return index.nearest(LISBON, { k: 40, radiusM: 10_000, product: 'standard' });
        });
        expect(second).toEqual(first);
      }),
      { numRuns: 50 },
    );
  });

  it('orders pings by session first', () => {
    const index = new SupplyIndex();
    expect(hear(index, ping({ session: 2, seq: 1 }))).toBe('applied');
    expect(hear(index, ping({ session: 1, seq: 99 }))).toBe('stale');
    expect(hear(index, ping({ session: 2, seq: 1 }))).toBe('duplicate');
    expect(hear(index, ping({ session: 2, seq: 2 }))).toBe('applied');
  });

  it('applies the ping with which a driver changed cells from the new cell, in either order', () => {
    const there = { lat: 38.8, lng: -9.14 };
    const [oldCell, newCell] = [positionCellOf(LISBON), positionCellOf(there)];
    expect(newCell).not.toBe(oldCell);
    const left = ping({ seq: 2, positionCell: oldCell, left: true });

    const leftFirst = new SupplyIndex();
    freeDriver(leftFirst, 'driver_a', LISBON);
    expect(hear(leftFirst, left)).toBe('left');
    expect(leftFirst.counts().free).toBe(0);
    expect(hear(leftFirst, ping({ seq: 1 }))).toBe('stale');
    expect(hear(leftFirst, ping({ seq: 2 }))).toBe('duplicate');
    expect(hear(leftFirst, ping({ seq: 2, ...there }))).toBe('applied');
    expect(hear(leftFirst, ping({ seq: 2, ...there }))).toBe('duplicate');

    const pingFirst = new SupplyIndex();
    freeDriver(pingFirst, 'driver_a', LISBON);
    expect(hear(pingFirst, ping({ seq: 2, ...there }))).toBe('applied');
    expect(hear(pingFirst, left)).toBe('ignored');
    expect(pingFirst.view('driver_a')).toEqual(leftFirst.view('driver_a'));
    expect(pingFirst.counts().free).toBe(1);
  });

  it('ignores a late `left` of a cell that the driver has returned to', () => {
    const index = new SupplyIndex();
    freeDriver(index, 'driver_a', LISBON);
    hear(index, ping({ seq: 3 }));
    expect(hear(index, ping({ seq: 2, left: true }))).toBe('ignored');
    expect(index.counts().free).toBe(1);
  });

  it('forgets silent drivers and ignores their old pings afterwards', () => {
    const index = new SupplyIndex();
    freeDriver(index, 'driver_a', LISBON);
    freeDriver(index, 'driver_b', LISBON);
    hear(index, ping({ driverId: 'driver_b', seq: 2, reportedAtMs: 9000 }));
    index.applyStatus({ driverId: 'driver_c', status: 'free', statusVersion: 1, freeAtMs: 0 });
    expect(index.expireBefore(5000)).toBe(1);
    expect(index.view('driver_a')).toBeUndefined();
    expect(hear(index, ping({ seq: 5, reportedAtMs: 4999 }))).toBe('stale');
    expect(index.counts().free).toBe(1);
    expect(index.expireBefore(9001)).toBe(2);
    expect(index.size).toBe(0);
  });

  it('reports when it is full, and has room again once a driver is forgotten', () => {
    const index = new SupplyIndex({ capacity: 1 });
    freeDriver(index, 'driver_a', LISBON);
    expect(hear(index, ping({ driverId: 'driver_b' }))).toBe('full');
    expect(index.applyStatus({ driverId: 'driver_b', status: 'free', statusVersion: 1, freeAtMs: 0 })).toBe(
      'full',
    );
    expect(hear(index, ping({ seq: 2 }))).toBe('applied');
    index.expireBefore(1001);
    expect(hear(index, ping({ driverId: 'driver_b', reportedAtMs: 2000 }))).toBe('applied');
  });

  it('rejects an invalid place', () => {
    const index = new SupplyIndex();
    expect(hear(index, { ...ping(), lat: Number.NaN })).toBe('invalid');
    expect(hear(index, { ...ping(), lng: 181 })).toBe('invalid');
    expect(index.size).toBe(0);
  });
});

describe('a false status', () => {
  const free = (seq: number, reportedAtMs: number): HeardReport =>
    ping({ seq, reportedAtMs, status: 'free', statusVersion: 7 });
  const lie = {
    driverId: 'driver_a',
    status: 'on_trip',
    statusVersion: Number.MAX_SAFE_INTEGER,
    freeAtMs: 0,
  } as const;

  it('of the highest version is given up once the pings have contradicted it for long enough', () => {
    const index = new SupplyIndex();
    hear(index, free(1, 0));
    index.applyStatus(lie);
    for (let seq = 2; seq <= 8; seq++) hear(index, free(seq, seq * 5_000));
    expect(index.view('driver_a')?.status).toBe('on_trip');
    hear(index, free(9, 45_000));
    expect(index.view('driver_a')).toMatchObject({ status: 'free', statusVersion: 7 });
    expect(index.counts()).toEqual({ free: 1, offered: 0, onTrip: 0 });
  });

  it('is kept while the pings contradict it for a short time only', () => {
    const index = new SupplyIndex();
    hear(index, free(1, 0));
    index.applyStatus({ ...lie, statusVersion: 8 });
    hear(index, free(2, 10_000));
    hear(index, { ...free(3, 20_000), status: 'on_trip', statusVersion: 8 });
    hear(index, free(4, 45_000));
    expect(index.view('driver_a')).toMatchObject({ status: 'on_trip', statusVersion: 8 });
  });
});
