import { expect, test } from 'vitest';
import { recordedWindow, tripsWithin } from './recorded-window.ts';
import type { RecordedTrip } from './trip-file.ts';

const at = (requestedAtS: number): RecordedTrip => ({
  tripId: String(requestedAtS),
  requestedAtS,
  pickup: { lat: 40, lng: -73 },
  dropoff: { lat: 40.01, lng: -73 },
  tripS: 300,
});
const DAY_S = 86_400;
const oneDay = [at(60), at(600), at(43_200), at(84_600), at(86_000)];
const twoDays = [...oneDay, at(DAY_S + 300)];
const timesOf = (trips: readonly RecordedTrip[], fromS: number, toS: number) =>
  tripsWithin(trips, { fromS, toS }).map(({ requestedAtS }) => requestedAtS);

test('a recording of one day goes on with its early trips after midnight', () => {
  expect(timesOf(oneDay, 84_600, 84_600 + 3_600)).toEqual([84_600, 86_000, DAY_S + 60, DAY_S + 600]);
  expect(timesOf(oneDay, 84_600, DAY_S)).toEqual([84_600, 86_000]);
});

test('the hour before an early request is the last one of the same day', () =>
  expect(timesOf(oneDay, -3_000, 300)).toEqual([84_600 - DAY_S, 86_000 - DAY_S, 60]));

test('a recording beyond midnight has its own trips there', () =>
  expect(timesOf(twoDays, 84_600, 84_600 + 3_600)).toEqual([84_600, 86_000, DAY_S + 300]));

test('a window of 0 minutes lasts to the end of the recording, and repeats nothing', () => {
  expect(recordedWindow(oneDay, 43_200, 0)).toEqual({ fromS: 43_200, toS: 86_001 });
  expect(recordedWindow(oneDay, 43_200, 2.5)).toEqual({ fromS: 43_200, toS: 43_350 });
  expect(timesOf(oneDay, 43_200, 86_001)).toEqual([43_200, 84_600, 86_000]);
  expect(timesOf([], 0, 1)).toEqual([]);
});
