import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { newId, type DriverRecord, type TripChange } from '#libs/contracts';
import { afterChange, afterRecord, UNKNOWN_DRIVER, type DriverState } from './driver-state.ts';
import {
  changeOf,
  DRIVER,
  OFFER,
  OTHER_DRIVER,
  recordOf,
  tripOf,
  TRIP,
} from '../../../dev/fixtures/driven-trip.ts';

const ONLINE = afterRecord(UNKNOWN_DRIVER, recordOf({ driver_version: 3, session: 2 }));

test('a record sets the whole state', () => {
  expect(ONLINE).toMatchObject({ newestSession: 2, status: 'free', version: 3, offer: null, trip: null });
  expect(ONLINE.session?.product).toBe('standard');
  const offered = recordOf({ driver_version: 4, status: 'offered', trip: tripOf('offered') });
  expect(afterRecord(ONLINE, offered)).toMatchObject({
    status: 'offered',
    offer: { offerId: OFFER, tripId: TRIP },
  });
  const offline = recordOf({ driver_version: 4, session: 2, online: false, status: 'offline' });
  expect(afterRecord(ONLINE, offline)).toMatchObject({ newestSession: 2, session: null, status: 'offline' });
});

test('changes lead from offer to acceptance, ride and end', () => {
  const offered = afterChange(ONLINE, DRIVER, changeOf('offer_made', 'offered', 4));
  expect(offered).toMatchObject({ status: 'offered', offer: { offerId: OFFER, tripId: TRIP } });
  const accepted = afterChange(offered, DRIVER, changeOf('accepted', 'on_trip', 5));
  expect(accepted).toMatchObject({ status: 'on_trip', offer: null, trip: { tripId: TRIP, freeAtMs: 0 } });
  const started = afterChange(accepted, DRIVER, changeOf('started', null, null));
  const { trip } = changeOf('started', null, null);
  expect(started.trip?.freeAtMs).toBe(Date.parse(trip.started_at!) + trip.trip_s * 1000);
  const completed = afterChange(started, DRIVER, changeOf('completed', 'free', 6));
  expect(completed).toMatchObject({ status: 'free', offer: null, trip: null });
  expect(completed.session).not.toBeNull();
});

test('a change of another driver or an older version changes nothing', () => {
  const change = changeOf('accepted', 'on_trip', 9);
  const foreign = {
    ...change,
    event: { ...change.event, driver_id: OTHER_DRIVER },
    drivers: change.drivers.map((standing) => ({ ...standing, driver_id: OTHER_DRIVER })),
  };
  expect(afterChange(ONLINE, DRIVER, foreign)).toBe(ONLINE);
  expect(afterChange(ONLINE, DRIVER, changeOf('offer_made', 'offered', 3))).toBe(ONLINE);
  const older = recordOf({ driver_version: 2, session: 1, status: 'offered' });
  expect(afterRecord(ONLINE, older)).toEqual(ONLINE);
});

test('a next trip is offered, accepted, and becomes current when the present one ends', () => {
  const NEXT = newId('trip');
  const nextTrip = { ...tripOf('accepted'), trip_id: NEXT };
  const riding = afterChange(
    afterChange(ONLINE, DRIVER, changeOf('accepted', 'on_trip', 5)),
    DRIVER,
    changeOf('started'),
  );
  const standing = {
    driver_id: DRIVER,
    status: 'on_trip' as const,
    version: 6,
    trip_id: TRIP,
    next_trip_id: null,
    offer: { offer_id: OFFER, trip_id: NEXT },
  };
  const { event } = changeOf('offer_made', null, null, nextTrip);
  const offered = afterChange(riding, DRIVER, { event, trip: nextTrip, drivers: [standing] });
  expect(offered).toMatchObject({ trip: riding.trip, offer: { tripId: NEXT }, nextTripId: null });
  const accepted = { ...standing, version: 7, offer: null, next_trip_id: NEXT };
  const chained = afterChange(offered, DRIVER, { event, trip: nextTrip, drivers: [accepted] });
  expect(chained).toMatchObject({ trip: riding.trip, offer: null, nextTripId: NEXT });
  const completed = changeOf('completed');
  const over = { ...accepted, version: 8, trip_id: NEXT, next_trip_id: null };
  expect(afterChange(chained, DRIVER, { ...completed, drivers: [over] })).toMatchObject({
    status: 'on_trip',
    trip: { tripId: NEXT, freeAtMs: 0, end: null },
    nextTripId: null,
  });
});

type Update = { record: DriverRecord } | { change: TripChange };

test('the highest version wins in any order of updates', () => {
  const updates: fc.Arbitrary<Update> = fc.oneof(
    fc.record({ version: fc.integer({ min: 0, max: 20 }) }).map(({ version }) => ({
      record: recordOf({ driver_version: version, session: 1, status: statusAt(version) }),
    })),
    fc.record({ version: fc.integer({ min: 0, max: 20 }) }).map(({ version }) => ({
      change: changeOf(statusAt(version) === 'free' ? 'completed' : 'accepted', statusAt(version), version),
    })),
  );
  fc.assert(
    fc.property(fc.array(updates, { minLength: 1, maxLength: 20 }), (sequence) => {
      const newest = Math.max(...sequence.map(versionOf));
      const state = sequence.reduce(apply, UNKNOWN_DRIVER);
      expect(state.version).toBe(newest);
      expect(state.status).toBe(statusAt(newest));
    }),
  );
});

const statusAt = (version: number) => (version % 2 === 0 ? 'free' : 'on_trip');

function versionOf(update: Update): number {
  return 'record' in update ? update.record.driver_version : update.change.drivers[0]!.version;
}

function apply(state: DriverState, update: Update): DriverState {
  return 'record' in update ? afterRecord(state, update.record) : afterChange(state, DRIVER, update.change);
}
