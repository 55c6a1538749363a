import * as fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { expect, test } from 'vitest';
import { zoneWhereItIs } from './zone-where-it-is.ts';

test('its clocks show the wanted time of day now, to the minute', () => {
  const now = fc.integer({ min: 0, max: 4_000_000_000_000 });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 86_399 }), now, (timeOfDayS, nowMs) => {
      const instant = Temporal.Instant.fromEpochMilliseconds(nowMs);
      const { hour, minute, second } = instant.toZonedDateTimeISO(zoneWhereItIs(timeOfDayS, nowMs));
      const aheadS = ((((hour * 60 + minute) * 60 + second - timeOfDayS) % 86_400) + 86_400) % 86_400;
      expect(aheadS).toBeLessThan(60);
    }),
  );
});
