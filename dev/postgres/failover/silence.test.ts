import { array, assert, constantFrom, property } from 'fast-check';
import { expect, test } from 'vitest';
import { afterAnswer, isLost, MAX_SILENT, MAX_STARTING, UNBROKEN, type Answer } from './silence.ts';

function after(...answers: Answer[]) {
  return answers.reduce(afterAnswer, UNBROKEN);
}

test('a server is lost when it was silent often enough in a row', () => {
  const silent = Array<Answer>(MAX_SILENT).fill('silent');
  expect(isLost(after(...silent))).toBe(true);
  expect(isLost(after(...silent.slice(1)))).toBe(false);
  expect(isLost(after(...silent.slice(1), 'well', ...silent.slice(1)))).toBe(false);
});

test('one that recovers by itself is given longer', () => {
  const starting = Array<Answer>(MAX_STARTING).fill('starting');
  expect(isLost(after(...starting))).toBe(true);
  expect(isLost(after(...starting.slice(1)))).toBe(false);
});

test('what we cannot tell changes nothing, and who answered well is never lost', () => {
  const answers = array(constantFrom<Answer>('well', 'starting', 'silent', 'unsure'));
  assert(
    property(answers, (given) => {
      expect(after(...given)).toEqual(after(...given.filter((answer) => answer !== 'unsure')));
      expect(after(...given, 'well')).toEqual(UNBROKEN);
    }),
  );
});
