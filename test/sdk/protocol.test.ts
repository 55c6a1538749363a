import { expect, test } from 'vitest';
import * as contracts from '#libs/contracts';
import { isTerminal, TRIP_STATES } from '#libs/trip';
import * as sdk from '#sdk';
import { hasEnded } from '#sdk';

test('the protocol is that of the contracts', () => {
  expect(sdk).toMatchObject({
    SUBPROTOCOL: contracts.JSON_SUBPROTOCOL,
    STREAM_PATH: contracts.STREAM_PATH,
    HEARTBEAT_INTERVAL_MS: contracts.HEARTBEAT_INTERVAL_MS,
    SILENCE_LIMIT_MS: contracts.SILENCE_LIMIT_MS,
    MAX_RESUMED_TRIPS: contracts.MAX_RESUMED_TRIPS,
  });
});

test.each(TRIP_STATES)('a trip that is %s has ended for the SDK if it has for the service', (state) => {
  expect(hasEnded({ state })).toBe(isTerminal(state));
});
