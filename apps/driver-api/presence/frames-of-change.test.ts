import { expect, test } from 'vitest';
import { driverServerFrame, type TripEventMessage } from '#libs/contracts';
import { framesOfChange } from './frames-of-change.ts';
import { changeOf, DRIVER, OFFER, OTHER_DRIVER, TRIP, tripOf } from '../../../dev/fixtures/driven-trip.ts';

const KNOWN = { offerId: OFFER, tripId: TRIP };

const said = (type: TripEventMessage['type'], trip = changeOf(type).trip) =>
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
] as const)('%s is told as %j', (event, frames) => {
  expect(said(event)).toEqual(frames);
});

test('a rider who cancels withdraws an offer, or a trip', () => {
  expect(said('rider_canceled')).toEqual(['offer_closed']);
  expect(said('rider_canceled', { ...tripOf('arrived'), state: 'rider_canceled' })).toEqual(['trip']);
});

test('the end of an offer names it where it is known', () => {
  const [known] = framesOfChange(DRIVER, changeOf('offer_expired'), KNOWN);
  expect(known?.data).toMatchObject({ offer_id: OFFER, trip_id: TRIP, event: 'offer_expired' });
  const [unknown] = framesOfChange(DRIVER, changeOf('offer_expired'), null);
  expect(unknown?.data).toMatchObject({ offer_id: null });
});

test('frames have the form that is documented, the number of the event, and nothing of the rider', () => {
  for (const type of ['offer_made', 'accepted', 'started', 'completed'] as const) {
    const change = changeOf(type);
    for (const frame of framesOfChange(DRIVER, change, KNOWN)) {
      expect(driverServerFrame.parse(frame)).toEqual(frame);
      expect(frame.seq).toBe(change.event.seq);
      expect(JSON.stringify(frame)).not.toContain(change.trip.rider_id);
    }
  }
});

test('what is between the trip and another driver is nobody else’s business', () => {
  for (const type of ['offer_made', 'offer_declined', 'accepted', 'completed'] as const) {
    expect(framesOfChange(OTHER_DRIVER, changeOf(type), KNOWN)).toEqual([]);
  }
});
