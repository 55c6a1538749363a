import { expect, test } from 'vitest';
import { newId, type TripChange, type TripId } from '#libs/contracts';
import { HeldChanges, MAX_HELD_CHANGES } from './held-changes.ts';

const tripId = newId('trip');
const change = (seq: number, trip: TripId = tripId): TripChange =>
  ({ event: { trip_id: trip, seq } }) as TripChange;
const seqsOf = (changes: readonly TripChange[]): number[] => changes.map(({ event }) => event.seq);

function holding(...seqs: number[]): HeldChanges {
  const held = new HeldChanges();
  for (const seq of seqs) held.add(change(seq));
  return held;
}

test('changes are released in order, up to the first one that another process holds', () => {
  const held = holding(4, 2, 6, 3);
  const [trip] = held.take(1);
  expect(seqsOf(held.readyOf(trip!, [2, 3, 4, 5, 6]))).toEqual([2, 3, 4]);
  const [later] = held.take(1);
  expect(seqsOf(held.readyOf(later!, [5, 6]))).toEqual([]);
  const [last] = held.take(1);
  expect(seqsOf(held.readyOf(last!, [6]))).toEqual([6]);
  expect(held.size).toBe(0);
});

test('changes that are stored already are dropped', () => {
  const held = holding(1, 2);
  const [trip] = held.take(1);
  expect(seqsOf(held.readyOf(trip!, [2]))).toEqual([2]);
  expect(held.size).toBe(0);
});

test('a change added while the outbox is read does not count as stored', () => {
  const held = holding(1);
  const [trip] = held.take(1);
  held.add(change(2));
  expect(seqsOf(held.readyOf(trip!, [1]))).toEqual([1]);
  const [next] = held.take(1);
  expect(seqsOf(held.readyOf(next!, [2]))).toEqual([2]);
});

test('changes past the bound are not held, and taking a trip makes room', () => {
  const held = new HeldChanges();
  for (let seq = 1; seq <= MAX_HELD_CHANGES; seq += 1) held.add(change(seq));
  held.add(change(1, newId('trip')));
  expect(held.size).toBe(1);
  held.take(1);
  held.add(change(1, newId('trip')));
  expect(held.size).toBe(1);
});
