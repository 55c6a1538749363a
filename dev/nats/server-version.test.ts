import { expect, test } from 'vitest';
import { isSupported, parseVersion } from './server-version.ts';

test.each([
  ['nats-server: v2.9.10', false],
  ['nats-server: v2.11.11', false],
  ['nats-server: v2.12.0', true],
  ['nats-server: v2.15.1-RC.1', true],
  ['nats-server: v3.0.0', true],
])('%s is supported: %s', (output, supported) => {
  const version = parseVersion(output);
  expect(version && isSupported(version)).toBe(supported);
});

test('other output is no version', () => expect(parseVersion('Not a NATS server')).toBeUndefined());
