import { expect, test } from 'vitest';
import { isAtLeast, parseVersion } from './program-version.ts';

test.each([
  ['nats-server: v2.9.10', false],
  ['nats-server: v2.11.11', false],
  ['nats-server: v2.12.0', true],
  ['nats-server: v2.15.1-RC.1', true],
  ['nats-server: v3.0.0', true],
])('%s is 2.12 or newer: %s', (output, isNewEnough) => {
  const version = parseVersion(output);
  expect(version && isAtLeast(version, [2, 12])).toBe(isNewEnough);
});

test('reads the version of k6, not that of Go', () => {
  expect(parseVersion('k6 v1.8.1 (commit/devel, go1.26.4, linux/amd64)')).toEqual([1, 8, 1]);
});

test('other output is no version', () => expect(parseVersion('Not a NATS server')).toBeUndefined());
