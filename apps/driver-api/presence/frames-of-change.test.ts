import { expect, test } from 'vitest';
import { driverServerFrame, type TripEventMessage } from '#libs/contracts';
import { framesOfChange } from './frames-of-change.ts';
import { changeOf, DRIVER, OFFER, OTHER_DRIVER, TRIP, tripOf } from '../../../dev/fixtures/driven-trip.ts';

const KNOWN = { offerId: OFFER, tripId: TRIP };

const frameTypes = (type: TripEventMessage['type'], trip = changeOf(type).trip) =>
  framesOfChange(DRIVER, changeOf(type, null, null, trip), KNOWN).map((frame) => frame.type);

test.each([
  ['offer_made', ['offer']],
  ['offer_declined', ['offer_closed']],
  ['offer_expired', ['offer_closed']],
  ['accepted', ['offer_closed', 'trip']],
  ['driver_redispatched', ['trip']],
  ['arrived', ['trip']],
  ['started', ['trip']],
  ['completed', ['trip']],
] as const)('%s is sent as %j', (event, frames) => {
  expect(frameTypes(event)).toEqual(frames);
});

test('a canceled trip closes its offer, or ends the trip for its driver', () => {
  expect(frameTypes('rider_canceled')).toEqual(['offer_closed']);
  expect(frameTypes('rider_canceled', { ...tripOf('arrived'), state: 'rider_canceled' })).toEqual(['trip']);
});

test('offer_closed names the offer if it is known', () => {
  const [known] = framesOfChange(DRIVER, changeOf('offer_expired'), KNOWN);
  expect(known?.data).toMatchObject({ offer_id: OFFER, trip_id: TRIP, event: 'offer_expired' });
  const [unknown] = framesOfChange(DRIVER, changeOf('offer_expired'), null);
  expect(unknown?.data).toMatchObject({ offer_id: null });
});

test('frames match their schema, have the event’s seq, and do not contain the rider', () => {
  for (const type of ['offer_made', 'accepted', 'started', 'completed'] as const) {
    const change = changeOf(type);
    for (const frame of framesOfChange(DRIVER, change, KNOWN)) {
      expect(driverServerFrame.parse(frame)).toEqual(frame);
      expect(frame.seq).toBe(change.event.seq);
      expect(JSON.stringify(frame)).not.toContain(change.trip.rider_id);
    }
  }
});

test('a driver gets no frames of a change that concerns another driver', () => {
  for (const type of ['offer_made', 'offer_declined', 'accepted', 'completed'] as const) {
    expect(framesOfChange(OTHER_DRIVER, changeOf(type), KNOWN)).toEqual([]);
  }
});
