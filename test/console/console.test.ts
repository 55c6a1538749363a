import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fetchedOrReason } from '../../dev/test-world/fetched.ts';
import { findChromium } from '../../dev/browser/find-chromium.ts';
import { ConsoleCity, expectAccessible, keepScreenshot } from './console-city.ts';

const { missing } = await fetchedOrReason(findChromium());

describe.skipIf(missing !== undefined)(
  `the console in Chromium${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    let city: ConsoleCity;

    beforeAll(async () => {
      city = await ConsoleCity.start();
    });

    afterAll(async () => {
      await city.stop();
    });

    test('whoever opens it signs in with one click, stays signed in after a reload, and signs out', async () => {
      const page = await city.window();
      await page.goto(city.url);
      await page.getByRole('link', { name: 'Sign in' }).waitFor();
      await expectAccessible(page);
      await keepScreenshot(page, 'sign-in');
      await city.signIn(page, '/', 'operator');
      await page.getByRole('navigation', { name: 'Pages' }).waitFor();
      await page.reload();
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByRole('link', { name: 'Sign in' }).waitFor();
      expect(city.complaints.splice(0)).toEqual([]);
      await page.context().close();
    });

    test('a rider sees nothing of the city, and learns why', async () => {
      const page = await city.window();
      await city.signIn(page, '/rider', 'rider');
      await page.goto(city.url);
      await page.getByRole('link', { name: 'Sign in' }).waitFor();
      const answer = await page.evaluate(async () => {
        const shards = await fetch('/v1/console/ops/v1/shards');
        return shards.status;
      });
      expect(answer).toBe(401);
      await page.context().close();
      city.complaints.length = 0; // Chromium logs the 401 that this test asked for
    });
  },
);
