import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { auditChain, type ChainFault, type FoundChain, type FoundEvent } from './audit-chain.ts';
import { canonicalJson } from './canonical-json.ts';
import { chainHash, NO_HASH } from './hash-chain.ts';

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A trip as it is written, with one event per text. */
function written(texts: readonly string[]): FoundChain {
  const events: FoundEvent[] = [];
  let hash = NO_HASH;
  for (const [index, text] of texts.entries()) {
    const facts = {
      tripId: 'trip_1',
      seq: index + 1,
      type: 'requested',
      at: '2026-03-01T12:00:00.000Z',
      driverId: null,
      event: { text, number: index },
      driverStatus: null,
      driverVersion: null,
      drivers: [],
      shard: null,
      epoch: null,
    };
    hash = chainHash(hash, facts, digest);
    events.push({ facts, hash });
  }
  return { seq: texts.length, headHash: hash, events };
}

const faults = (chain: FoundChain): ChainFault[] => auditChain(chain, digest).map(({ fault }) => fault);
const histories = fc.array(fc.string({ unit: 'grapheme' }), { minLength: 2, maxLength: 8 });
const tampered = fc.record({ texts: histories, at: fc.nat(), other: fc.nat() });
type Tamper = (events: FoundEvent[], index: number, other: number) => readonly FoundEvent[];

/** Checks a tampering at any place of any history. */
function always(tamper: Tamper, check: (after: FoundChain, index: number) => void): void {
  fc.assert(
    fc.property(tampered, ({ texts, at, other }) => {
      const chain = written(texts);
      const index = at % texts.length;
      const events = tamper(structuredClone([...chain.events]), index, other % texts.length);
      check({ ...chain, events }, index);
    }),
  );
}

test('the same value has one text, for any order of its members', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const reversed = Object.fromEntries(Object.entries(value).reverse());
      expect(canonicalJson(reversed)).toBe(canonicalJson(value));
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
  expect(canonicalJson({ b: [1, undefined, { d: null, c: 0.1 }], a: undefined })).toBe(
    '{"b":[1,null,{"c":0.1,"d":null}]}',
  );
});

test('an untampered history has no fault', () => {
  always(
    (events) => events,
    (after) => expect(faults(after)).toEqual([]),
  );
});

test('a changed event is found by number, and nothing else of the trip', () => {
  always(
    (events, index) => {
      events[index]!.facts.event = { text: 'another', number: 99 };
      return events;
    },
    (after, index) => expect(auditChain(after, digest)).toEqual([{ fault: 'changed', seq: index + 1 }]),
  );
});

test('a changed or removed hash is found by its number', () => {
  always(
    (events, index) => {
      events[index]!.hash = digest('another');
      return events;
    },
    (after, index) => expect(auditChain(after, digest)).toEqual([{ fault: 'changed', seq: index + 1 }]),
  );
  const chain = written(['a', 'b', 'c']);
  const events = chain.events.map((event, index) => (index === 1 ? { ...event, hash: null } : event));
  expect(auditChain({ ...chain, events }, digest)).toEqual([{ fault: 'changed', seq: 2 }]);
});

test('a missing event is found by its number, the last one as truncated', () => {
  always(
    (events, index) => events.toSpliced(index, 1),
    (after, index) =>
      expect(auditChain(after, digest)).toEqual([
        { fault: index + 1 === after.seq ? 'truncated' : 'missing', seq: index + 1 },
      ]),
  );
});

test('a truncation is found, even if the head of the trip was reset with it', () => {
  always(
    (events, index) => events.slice(0, index),
    (after, index) => {
      expect(auditChain(after, digest)).toEqual([{ fault: 'truncated', seq: index + 1 }]);
      expect(faults({ ...after, seq: index })).toEqual(['truncated']);
    },
  );
});

test('swapped events are found as reordered, with or without their hashes', () => {
  const swap =
    (withHash: boolean): Tamper =>
    (events, index, other) => {
      const [one, two] = [events[index]!, events[other]!];
      events[index] = { facts: { ...two.facts, seq: index + 1 }, hash: withHash ? two.hash : one.hash };
      events[other] = { facts: { ...one.facts, seq: other + 1 }, hash: withHash ? one.hash : two.hash };
      return events;
    };
  for (const withHash of [true, false]) {
    always(swap(withHash), (after) => {
      const isSwapped = canonicalJson(after.events) !== canonicalJson(written(textsOf(after)).events);
      expect(faults(after).includes('reordered')).toBe(isSwapped);
    });
  }
});

/** The texts in their written order. */
function textsOf({ events }: FoundChain): string[] {
  const facts = events.map(({ facts: { event } }) => event as { text: string; number: number });
  return facts.toSorted((a, b) => a.number - b.number).map(({ text }) => text);
}

test('an event that was never written with the trip is found', () => {
  const chain = written(['a', 'b', 'c']);
  expect(auditChain({ ...chain, seq: 2, headHash: chain.events[1]!.hash }, digest)).toEqual([
    { fault: 'added', seq: 3 },
  ]);
});

test('events older than the chain are skipped, up to its first event', () => {
  const old = written(['a', 'b', 'c']);
  const events = old.events.map((event) => ({ ...event, hash: null }));
  expect(faults({ ...old, headHash: null, events })).toEqual([]);
  const facts = { ...events[2]!.facts, seq: 4 };
  const hash = chainHash(NO_HASH, facts, digest);
  expect(faults({ seq: 4, headHash: hash, events: [...events, { facts, hash }] })).toEqual([]);
});
