import { pino } from 'pino';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { resendRequest } from '#libs/contracts';
import { logDropped } from './log-dropped.ts';

const MAX_LINE_CHARS = 700;

/** The line that is logged for a message dropped with this error. */
function lineOf(error: unknown, subject = 'positions.resend'): string {
  let logged = '';
  logDropped(pino({}, { write: (line) => void (logged += line) }))(error, subject);
  return logged;
}

function failureOf(schema: z.ZodType, value: unknown): unknown {
  return schema.safeParse(value).error;
}

test('a message with a thousand mistakes logs the first one and their number', () => {
  const error = failureOf(resendRequest, { cells: Array.from({ length: 1_000 }, () => 7) });
  const line = lineOf(error);
  expect(JSON.parse(line)).toMatchObject({
    event: 'message_dropped',
    subject: 'positions.resend',
    reason: expect.stringMatching(/^\/cells\/0 .* \(and 999 more\)$/) as string,
  });
  expect(line.length).toBeLessThan(MAX_LINE_CHARS);
});

test.each([
  [
    'a member name as long as a message',
    failureOf(z.strictObject({}), { ['x'.repeat(900_000)]: 1 }),
    'pos.a',
  ],
  ['a failure that quotes the message', new RangeError('y'.repeat(900_000)), 'pos.a'],
  ['a very long subject', new RangeError('no'), 'z'.repeat(30_000)],
  ['a thrown value that is not an Error', { toString: () => 'w'.repeat(1_000) }, 'pos.a'],
])('%s makes a short line', (_, error, subject) => {
  const line = lineOf(error, subject);
  expect(JSON.parse(line)).toMatchObject({ event: 'message_dropped', reason: expect.any(String) as string });
  expect(line.length).toBeLessThan(MAX_LINE_CHARS);
});

test('a single mistake is logged with its pointer', () => {
  expect(JSON.parse(lineOf(failureOf(resendRequest, {})))).toMatchObject({
    reason: expect.stringMatching(/^\/cells /) as string,
  });
});
