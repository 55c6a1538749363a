import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Caller } from '#libs/service';
import { callerWith } from '../../dev/fixtures/caller.ts';
import { MAX_OPEN_TICKETS_PER_CALLER, TicketStore } from './ticket-store.ts';

const TTL_MS = 1_000;
const callers = new Map<string, Caller>();
const caller = (name: string): Caller => {
  const known = callers.get(name) ?? callerWith('driver', `driver_${name}`);
  callers.set(name, known);
  return known;
};

test('a ticket is valid once, until it expires', () => {
  const store = new TicketStore(TTL_MS);
  store.put('a', caller('x'), 0);
  store.put('b', caller('y'), 0);
  expect(store.take('a', TTL_MS - 1)).toEqual(caller('x'));
  expect(store.take('a', TTL_MS - 1)).toBeUndefined();
  expect(store.take('b', TTL_MS)).toBeUndefined();
  expect(store.take('never issued', 0)).toBeUndefined();
});

test('a full store refuses new tickets until old ones expire', () => {
  const store = new TicketStore(TTL_MS, 2);
  expect(store.put('a', caller('x'), 0)).toBe(true);
  expect(store.put('b', caller('y'), 1)).toBe(true);
  expect(store.put('c', caller('z'), 2)).toBe(false);
  expect(store.put('c', caller('z'), TTL_MS)).toBe(true);
  expect(store.take('b', TTL_MS)).toEqual(caller('y'));
});

test('a caller with many tickets loses only its own, and the store stays within its bounds', () => {
  const requests = fc.array(fc.record({ who: fc.constantFrom('x', 'y', 'z'), afterMs: fc.nat(300) }), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(requests, (sequence) => {
      const store = new TicketStore(TTL_MS);
      const issued: { secret: string; who: string; atMs: number }[] = [];
      let nowMs = 0;
      for (const [index, { who, afterMs }] of sequence.entries()) {
        nowMs += afterMs;
        expect(store.put(`s${index}`, caller(who), nowMs)).toBe(true);
        issued.push({ secret: `s${index}`, who, atMs: nowMs });
      }
      expect(store.size).toBeLessThanOrEqual(3 * MAX_OPEN_TICKETS_PER_CALLER);
      for (const who of ['x', 'y', 'z']) {
        const own = issued.filter((ticket) => ticket.who === who);
        for (const [index, ticket] of own.entries()) {
          const valid = index >= own.length - MAX_OPEN_TICKETS_PER_CALLER && nowMs < ticket.atMs + TTL_MS;
          expect(store.take(ticket.secret, nowMs)?.id).toBe(valid ? `driver_${who}` : undefined);
        }
      }
    }),
  );
});
