import { expect, test } from 'vitest';
import { MIN_POLL_WAIT_MS, NEXT_REQUEST_MS, POLLED_WITHIN_MS, pollWaitMs } from './poll-wait.ts';

test.each([
  { heardAgoMs: 0, waitMs: NEXT_REQUEST_MS },
  { heardAgoMs: 4_000, waitMs: NEXT_REQUEST_MS - 4_000 },
  { heardAgoMs: NEXT_REQUEST_MS, waitMs: MIN_POLL_WAIT_MS },
  { heardAgoMs: POLLED_WITHIN_MS - 1, waitMs: MIN_POLL_WAIT_MS },
  { heardAgoMs: POLLED_WITHIN_MS, waitMs: null },
])(
  'an offer to a driver heard $heardAgoMs ms ago waits $waitMs ms for its request',
  ({ heardAgoMs, waitMs }) => {
    expect(pollWaitMs(heardAgoMs)).toBe(waitMs);
  },
);
