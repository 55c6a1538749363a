import { expect, test } from 'vitest';
import { readConfig } from '#libs/service';
import { tripsConfig } from '../config.ts';
import { declinePauseMs } from './decline-pause.ts';

test.each([
  [undefined, null],
  ['0', null],
  ['1', 60_000],
  ['1440', 86_400_000],
])('HAILGRID_DECLINE_PAUSE_MIN=%s', (minutes, pauseMs) => {
  const config = readConfig(
    tripsConfig.pick({ declinePauseMin: true }),
    minutes === undefined ? {} : { HAILGRID_DECLINE_PAUSE_MIN: minutes },
  );
  expect(declinePauseMs(config)).toBe(pauseMs);
});
