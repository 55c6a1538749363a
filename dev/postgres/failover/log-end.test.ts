import { expect, test } from 'vitest';
import { logEnd, type LogPosition } from './log-end.ts';

const cutOff: LogPosition = {
  isReceiving: false,
  waits: 'RecoveryRetrieveRetryInterval',
  received: '200',
  replayed: '100',
};

test.each<[string, Partial<LogPosition>, bigint | undefined]>([
  ['what was received counts before it is replayed', {}, 200n],
  ['also where replay is paused', { waits: 'RecoveryPause' }, 200n],
  ['a receiver has counted from the beginning of a segment', { received: '90', replayed: '150' }, 150n],
  ['without a receiver what was replayed counts, once all has been read', { received: null }, 100n],
  ['a local log that is still being read may go on', { received: null, waits: 'DataFileRead' }, undefined],
  ['and so it may where nothing is waited for', { received: null, waits: null }, undefined],
  ['a receiver that lives may add to it', { isReceiving: true }, undefined],
])('%s', (_, change, end) => {
  expect(logEnd({ ...cutOff, ...change })).toBe(end);
});
