import { afterAll, beforeAll, describe, vi } from 'vitest';
import { fetchedOrReason } from '../../dev/test-world/fetched.ts';
import { findChromium } from '../../dev/browser/find-chromium.ts';
import { ConsoleCity } from '../../dev/browser/console-city.ts';
import { runReportScenes } from './run-report.scenes.ts';
import { mapScenes } from './map.scenes.ts';
import { phonesScenes } from './phones.scenes.ts';
import { signInScenes } from './sign-in.scenes.ts';
import { steeringScenes } from './steering.scenes.ts';
import { systemHealthScenes } from './system-health.scenes.ts';
import { tripsScenes } from './trips.scenes.ts';

// Several pages one after the other.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 240_000 });

/** Simulated drivers of the city that the pages show. */
const DRIVERS = 40;

const { missing } = await fetchedOrReason(findChromium());

describe.skipIf(missing !== undefined)(
  `the console in Chromium${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    let city: ConsoleCity;

    beforeAll(async () => {
      city = await ConsoleCity.start({ drivers: DRIVERS });
    });

    afterAll(async () => {
      await city.stop();
    });

    signInScenes(() => city);
    runReportScenes(() => city);
    systemHealthScenes(() => city);
    mapScenes(() => city, DRIVERS);
    steeringScenes(() => city);
    phonesScenes(() => city);
    tripsScenes(() => city);
  },
);
