import * as fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { newId, type PositionRecord } from '#libs/contracts';
import { FLUSH_INTERVAL_MS, PositionBatcher } from './position-batcher.ts';

const BASE: PositionRecord = {
  driverId: newId('driver'),
  session: 1,
  seq: 1,
  lat: 0,
  lng: 0,
  recordedAtMs: 0,
  freeAtMs: 0,
  status: 'free',
  statusVersion: 0,
  product: 'standard',
  left: false,
  headingDeg: undefined,
  speedMps: undefined,
  rideEnd: undefined,
  booked: false,
};

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function collect(maxRecords?: number) {
  const sent: { cell: number; seqs: number[] }[] = [];
  const batcher = new PositionBatcher((cell, records) => {
    sent.push({ cell, seqs: records.map(({ seq }) => seq) });
  }, maxRecords);
  return { batcher, sent, add: (cell: number, seq: number) => batcher.add(cell, { ...BASE, seq }) };
}

test('positions wait for others of their cell, at most for the interval', () => {
  const { sent, add } = collect();
  add(1, 1);
  vi.advanceTimersByTime(FLUSH_INTERVAL_MS - 1);
  add(2, 2);
  add(1, 3);
  expect(sent).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(sent).toEqual([
    { cell: 1, seqs: [1, 3] },
    { cell: 2, seqs: [2] },
  ]);
});

test('a full batch and a flushed one are sent at once; the others keep waiting', () => {
  const { batcher, sent, add } = collect(2);
  add(1, 1);
  add(2, 2);
  add(1, 3);
  expect(sent).toEqual([{ cell: 1, seqs: [1, 3] }]);
  batcher.flush(2);
  batcher.flush(3);
  expect(sent.slice(1)).toEqual([{ cell: 2, seqs: [2] }]);
  add(2, 4);
  vi.advanceTimersByTime(FLUSH_INTERVAL_MS);
  expect(sent.slice(2)).toEqual([{ cell: 2, seqs: [4] }]);
});

test('each record is sent once, in order within its cell, in batches within the bound', () => {
  const steps = fc.array(
    fc.oneof(
      fc.record({ kind: fc.constant('add' as const), cell: fc.nat(3) }),
      fc.record({ kind: fc.constant('flush' as const), cell: fc.nat(3) }),
      fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(200) }),
    ),
  );
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 5 }), (sequence, maxRecords) => {
      const { batcher, sent, add } = collect(maxRecords);
      const added = new Map<number, number[]>();
      for (const [seq, step] of sequence.entries()) {
        if (step.kind === 'wait') vi.advanceTimersByTime(step.ms);
        else if (step.kind === 'flush') batcher.flush(step.cell);
        else {
          added.set(step.cell, [...(added.get(step.cell) ?? []), seq]);
          add(step.cell, seq);
        }
      }
      batcher.flushAll();
      const received = new Map<number, number[]>();
      for (const { cell, seqs } of sent) {
        expect(seqs.length).toBeGreaterThan(0);
        expect(seqs.length).toBeLessThanOrEqual(maxRecords);
        received.set(cell, [...(received.get(cell) ?? []), ...seqs]);
      }
      expect(received).toEqual(added);
    }),
  );
});
