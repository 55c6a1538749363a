import { expect, test } from 'vitest';
import { decodePositionBatch, encodePositionBatch, newId, type PositionRecord } from '#libs/contracts';
import { SupplyIndex } from '#libs/dispatch';
import { positionCellOf } from '#libs/geo';
import { applyBatch } from './apply-batch.ts';

const PICKUP = { lat: 38.72, lng: -9.14 };
const CELL = positionCellOf(PICKUP);
const HEARD_AT_MS = 1_000_000;
const DRIVER = newId('driver');

function ping(seq: number, changes: Partial<PositionRecord> = {}): PositionRecord {
  return {
    driverId: DRIVER,
    session: 1,
    seq,
    ...PICKUP,
    recordedAtMs: 0,
    freeAtMs: 0,
    status: 'free',
    statusVersion: 1,
    product: 'standard',
    left: false,
    headingDeg: undefined,
    speedMps: undefined,
    rideEnd: undefined,
    booked: false,
    ...changes,
  };
}

function applied(...records: PositionRecord[]) {
  const supply = new SupplyIndex({ capacity: 2 });
  const batch = decodePositionBatch(encodePositionBatch({ sentAtMs: 0, records }));
  const tally = applyBatch(supply, batch, CELL, HEARD_AT_MS);
  return { supply, tally };
}

test('a ping makes its driver a candidate, a status ends that, and a `left` removes the driver', () => {
  expect(applied(ping(1)).supply.counts()).toMatchObject({ free: 1 });
  const taken = applied(ping(1), ping(2, { status: 'on_trip', statusVersion: 2 }));
  expect(taken.supply.counts()).toEqual({ free: 0, offered: 0, onTrip: 1 });
  const gone = applied(ping(1), ping(2, { left: true }));
  expect(gone.supply.counts()).toMatchObject({ free: 0 });
  expect(gone.tally).toMatchObject({ applied: 1, left: 1 });
});

test('a new status on a known ping still counts', () => {
  const { supply, tally } = applied(ping(1), ping(1, { status: 'offered', statusVersion: 2 }));
  expect(tally).toMatchObject({ applied: 1, duplicate: 1 });
  expect(supply.counts()).toMatchObject({ free: 0, offered: 1 });
});

test('an older ping and an older status change nothing', () => {
  const { supply, tally } = applied(
    ping(2, { statusVersion: 2, status: 'offered' }),
    ping(1, { lat: 38.73 }),
  );
  expect(tally).toMatchObject({ applied: 1, stale: 1 });
  expect(supply.view(DRIVER)).toMatchObject({ point: PICKUP, status: 'offered' });
});

test('silence counts from the arrival at this process, not from the time of the phone', () => {
  const { supply } = applied(ping(1, { recordedAtMs: 5 }));
  expect(supply.expireBefore(HEARD_AT_MS)).toBe(0);
  expect(supply.expireBefore(HEARD_AT_MS + 1)).toBe(1);
});

test('a driver beyond the capacity is counted and not stored', () => {
  const tooMany = newId('driver');
  const { supply, tally } = applied(
    ping(1),
    ping(1, { driverId: newId('driver') }),
    ping(1, { driverId: tooMany }),
  );
  expect(tally).toMatchObject({ applied: 2, full: 1 });
  expect(supply.view(tooMany)).toBeUndefined();
});
