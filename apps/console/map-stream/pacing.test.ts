import { expect, test } from 'vitest';
import { ACK_LIMIT_MS, Pacing, UPDATE_INTERVAL_MS } from './pacing.ts';

test('an update comes a second after the last one, and not before it is acknowledged', () => {
  const pacing = new Pacing(0);
  expect(pacing.turn(0)).toBe('unacknowledged');
  pacing.acknowledge(0);
  expect(pacing.turn(1)).toBe('send');
  expect(pacing.sent(1)).toBe(1);
  expect(pacing.turn(1 + UPDATE_INTERVAL_MS)).toBe('unacknowledged');
  pacing.acknowledge(0);
  pacing.acknowledge(2);
  expect(pacing.turn(1 + UPDATE_INTERVAL_MS)).toBe('unacknowledged');
  pacing.acknowledge(1);
  expect(pacing.turn(UPDATE_INTERVAL_MS)).toBe('too_soon');
  expect(pacing.turn(1 + UPDATE_INTERVAL_MS)).toBe('send');
});

test('a page that acknowledges nothing, or shows nothing, is given up', () => {
  const pacing = new Pacing(0);
  expect([pacing.turn(ACK_LIMIT_MS), pacing.turn(ACK_LIMIT_MS + 1)]).toEqual(['unacknowledged', 'give_up']);
  pacing.acknowledge(0);
  pacing.sent(ACK_LIMIT_MS);
  expect(pacing.turn(2 * ACK_LIMIT_MS)).toBe('unacknowledged');
  expect(pacing.turn(2 * ACK_LIMIT_MS + 1)).toBe('give_up');
});
