import { expect, test } from 'vitest';
import { newId } from '#libs/contracts';
import { SentChanges } from './sent-changes.ts';

test('each change of a trip is sent once, and none after a newer one', () => {
  const sent = new SentChanges();
  const [one, other] = [newId('trip'), newId('trip')];
  expect(sent.take(one, 2)).toBe(true);
  expect(sent.take(one, 2)).toBe(false);
  expect(sent.take(other, 1)).toBe(true);
  expect(sent.take(one, 4)).toBe(true);
  expect(sent.take(one, 3)).toBe(false);
  sent.clear();
  expect(sent.take(one, 3)).toBe(true);
});

test('trips without recent changes are forgotten, active ones are not', () => {
  const sent = new SentChanges();
  const current = newId('trip');
  for (let seq = 1; seq <= 40; seq++) {
    sent.take(newId('trip'), 1);
    expect(sent.take(current, seq)).toBe(true);
  }
  expect(sent.take(current, 40)).toBe(false);
});
