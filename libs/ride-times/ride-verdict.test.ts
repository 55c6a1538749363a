import { expect, test } from 'vitest';
import { judgeRide, type EndedRide } from './ride-verdict.ts';

const RIDE: EndedRide = {
  streetS: 600,
  actualS: 700,
  distanceM: 5_000,
  endedByOperator: false,
  driverWasSilent: false,
};

test.each([
  ['an ordinary one', {}, 'learned'],
  ['half the street time', { actualS: 300 }, 'learned'],
  ['four times the street time', { actualS: 2_400 }, 'learned'],
  ['one that an operator ended', { endedByOperator: true, driverWasSilent: true }, 'ended_by_operator'],
  ['one whose driver was lost', { driverWasSilent: true }, 'driver_was_silent'],
  ['one ended at once', { actualS: 0.2 }, 'implausible'],
  ['one ended before its dropoff', { actualS: 100 }, 'implausible'],
  ['one that nobody ended for hours', { actualS: 20_000 }, 'implausible'],
  ['one at 180 km/h', { actualS: 400, distanceM: 20_000 }, 'implausible'],
  ['one without a finite time', { actualS: NaN }, 'implausible'],
] as const)('%s is judged', (_, change, verdict) => {
  expect(judgeRide({ ...RIDE, ...change })).toBe(verdict);
});
