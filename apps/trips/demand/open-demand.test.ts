import { expect, test } from 'vitest';
import { evolve } from '#libs/trip';
import { tripRequest } from '../../../dev/fixtures/trip-request.ts';
import { openTripOf, sortOut } from './open-demand.ts';

const claim = (shard: string, epoch: number, owner: string | null) => ({ shard, epoch, owner });

test('only claims that still hold give demand; for the others the matcher gets the current claim', () => {
  const [kept, newer, lost, freed, unknown] = ['a', 'b', 'c', 'd', 'e'].map(
    (letter) => `8639336${letter}fffffff`,
  );
  const rows = [
    claim(kept!, 4, 'matcher-1'),
    claim(newer!, 6, 'matcher-1'),
    claim(lost!, 5, 'matcher-2'),
    claim(freed!, 5, null),
  ];
  const believed = [kept!, newer!, lost!, freed!, unknown!].map((shard) => claim(shard, 4, 'matcher-1'));
  expect(sortOut('matcher-1', believed, rows)).toEqual({ owned: [rows[0]], moved: rows.slice(1) });
});

test('a matcher hears that a rider does not drive itself', () => {
  const request = tripRequest();
  const trip = evolve(null, { type: 'requested', atMs: 0, request });
  const { excluded_driver_ids } = openTripOf(trip, '86393362fffffff');
  expect(excluded_driver_ids).toEqual([request.riderId.replace('rider_', 'driver_')]);
});
