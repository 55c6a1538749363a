import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ActChainAudit, actHash, type ActFacts, type ActFinding, type FoundAct } from './act-chain.ts';
import { NO_HASH } from './hash-chain.ts';

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

interface Log {
  rows: FoundAct[];
  head: { number: number; hash: string };
}

/** A log as it is written, with one row per note. */
function written(notes: readonly string[]): Log {
  let hash = NO_HASH;
  const rows = notes.map((note, index): FoundAct => {
    const facts: ActFacts = {
      number: index + 1,
      at: '2026-03-01T12:00:00.000Z',
      issuer: 'https://issuer.example',
      subject: 'anna',
      actorId: 'operator_1',
      role: 'operator',
      act: 'cancel_trip',
      target: { trip_id: 'trip_1' },
      reason: { reason_code: 'breakdown', note },
      requestId: 'request-1',
      before: { state: 'accepted', seq: index },
      after: null,
    };
    hash = actHash(hash, facts, digest);
    return { facts, hash };
  });
  return { rows, head: { number: notes.length, hash } };
}

function audit({ rows, head }: Log): ActFinding[] {
  const chain = new ActChainAudit(digest);
  return [...rows.flatMap((row) => chain.look(row)), ...chain.end(head)];
}

/** Checks a tampering with any row of any log. */
function always(
  tamper: (log: Log, index: number) => void,
  check: (findings: ActFinding[], index: number, length: number) => void,
) {
  const notes = fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(notes, fc.nat(), (texts, at) => {
      const log = written(texts);
      const index = at % texts.length;
      tamper(log, index);
      check(audit(log), index, texts.length);
    }),
  );
}

test('an untampered log of operators has no fault, nor has an empty one', () => {
  always(
    () => undefined,
    (findings) => expect(findings).toEqual([]),
  );
  expect(audit({ rows: [], head: { number: 0, hash: NO_HASH } })).toEqual([]);
});

test.each([
  'at',
  'issuer',
  'subject',
  'actorId',
  'role',
  'act',
  'target',
  'reason',
  'requestId',
  'before',
  'after',
])('a row whose %s was changed is found by number, and no other one', (member) => {
  always(
    ({ rows }, index) => Object.assign(rows[index]!.facts, { [member]: 'another' }),
    (findings, index) => expect(findings).toEqual([{ fault: 'changed', number: index + 1 }]),
  );
});

test('a changed hash is found by number', () => {
  always(
    ({ rows, head }, index) => {
      rows[index]!.hash = digest('another');
      if (index + 1 === rows.length) head.hash = digest('a third');
    },
    (findings, index, length) =>
      expect(findings).toEqual([
        { fault: 'changed', number: index + 1 },
        ...(index + 1 === length ? [{ fault: 'truncated' as const, number: length + 1 }] : []),
      ]),
  );
});

test('a removed row is found: inside as missing, at the end by the head', () => {
  always(
    ({ rows }, index) => rows.splice(index, 1),
    (findings, index, length) =>
      expect(findings).toEqual([
        { fault: index + 1 === length ? 'truncated' : 'missing', number: index + 1 },
      ]),
  );
});

test('a row that was added behind the head is found', () => {
  always(
    ({ rows }) => {
      const last = rows.at(-1)!;
      const facts = { ...last.facts, number: rows.length + 1 };
      rows.push({ facts, hash: actHash(last.hash, facts, digest) });
    },
    (findings, _, length) => expect(findings).toEqual([{ fault: 'added', number: length + 1 }]),
  );
});

test('a log set back with its rows is found by its head', () => {
  always(
    (log) => {
      const other = written(['another', ...log.rows.slice(1).map(() => 'x')]);
      log.rows = other.rows;
    },
    (findings, _, length) => expect(findings).toEqual([{ fault: 'truncated', number: length + 1 }]),
  );
});
