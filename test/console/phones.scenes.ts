import type { Locator, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { ConsoleCity } from '../../dev/browser/console-city.ts';
import { expectAccessible, keepScreenshot } from './looked-at-page.ts';

interface Point {
  lat: number;
  lng: number;
}

const PHONE = { width: 360, height: 740 };
const PICKUP: Point = { lat: 38.7295, lng: -9.1385 };
/** Farther from the pickup than a driver may be who says to be there. */
const CAR: Point = { lat: 38.7345, lng: -9.1385 };
/** A ride of some seconds at the full speed of the slider. */
const DROPOFF: Point = { lat: 38.7255, lng: -9.1415 };
const FULL_SPEED_MPS = '40';
/** The car that the page proposes. */
const PLATE = 'HG-20-26';

/** What the scenes read of `window.hailgrid`. */
interface Phones {
  hailgrid: {
    rider: { connection: string; trip?: { trip_id: string; state: string }; pickupAtMs?: number } | null;
    driver: { connection: string; status?: string } | null;
  };
}

/** People who ride and drive by the pages. */
export function phonesScenes(started: () => ConsoleCity): void {
  test('whoever opens the printed address has a ride on its way after three clicks', async () => {
    const city = started();
    const page = await city.window(PHONE);
    await page.goto(city.url);
    await page.getByRole('link', { name: 'Play a rider' }).click();
    await page.getByRole('button', { name: /rider/i }).first().click();
    await page.getByRole('button', { name: 'Request the ride' }).click();
    await heading(page, /Looking for a driver|on the way/).waitFor();
    expect(await stateOf(page)).toMatch(/processing|accepted/);
    await cancel(page);
    await leave(city, page);
  });

  test('a rider and a driver do a ride by their buttons, and read what is not possible yet', async () => {
    const city = started();
    const driver = await phone(city, 'driver');
    const rider = await phone(city, 'rider');
    await goOnline(driver, { at: CAR, product: 'premium', mode: /^I drive/ });
    await expectLooks(driver, 'driver-free');
    await order(rider, 'Premium');
    await driver
      .getByRole('timer', { name: 'Time left to answer' })
      .getByText(/\d+ s left/)
      .waitFor();
    await expectLooks(driver, 'driver-offer');
    await expectLooks(rider, 'rider-searching');
    await driver.getByRole('button', { name: 'Accept' }).click();

    await heading(rider, 'Your driver is on the way').waitFor();
    await rider.getByText(PLATE).waitFor();
    await rider.getByText(/here in about .*, 5\d0 m away/).waitFor();
    await expectLooks(rider, 'rider-accepted');
    await driver.getByRole('button', { name: 'I have arrived' }).click();
    const refusal = driver.getByRole('alert').getByText('m from the pickup');
    await refusal.waitFor();
    expect(await isInSight(refusal)).toBe(true);
    await expectLooks(driver, 'driver-too-far');
    await driver.getByRole('button', { name: 'Drive to the pickup' }).click();
    await rider.getByText(/here in about .*, [1-4]\d0 m away/).waitFor();
    await driver.getByRole('heading', { name: 'You are at the pickup' }).waitFor();
    await driver.getByRole('button', { name: 'I have arrived' }).click();
    await heading(rider, 'Your driver is here').waitFor();
    await driver.getByRole('button', { name: 'Start the ride' }).click();
    await heading(rider, 'You are riding').waitFor();
    await expectLooks(rider, 'rider-riding');
    await driver.getByRole('button', { name: 'Complete the ride' }).click();
    await driver
      .getByRole('alert')
      .getByText(/at the earliest/)
      .waitFor();
    await driver.getByRole('button', { name: 'Drive to the dropoff' }).click();
    await driver.getByRole('heading', { name: 'You are at the dropoff' }).waitFor();
    await expectLooks(driver, 'driver-riding');
    await driver.getByRole('button', { name: 'Complete the ride' }).click();

    await heading(rider, 'You have arrived').waitFor();
    await rider.getByText(/the fare is .*\d/).waitFor();
    await expectLooks(rider, 'rider-completed');
    await driver.getByText('Ride completed. Waiting for a ride').waitFor();
    await rider.getByRole('button', { name: 'Next ride' }).click();
    await rider
      .getByText(/^Completed, /)
      .first()
      .waitFor();
    await goOffline(driver);
    // Chromium logs the two steps that this test took too early.
    expect(city.complaints.splice(0).filter((complaint) => !complaint.includes('409'))).toEqual([]);
    await leave(city, driver, rider);
  });

  test('a driver whose page does everything serves a rider who has only a keyboard', async () => {
    const city = started();
    const driver = await phone(city, 'driver');
    const rider = await phone(city, 'rider');
    await goOnline(driver, { at: PICKUP, product: 'premium', mode: /^Everything/ });
    await setByNumbers(rider, 'Set the points by numbers', { Pickup: PICKUP, Dropoff: DROPOFF });
    await rider.getByRole('radio', { name: /^Premium/ }).waitFor();
    await rider.locator('body').click({ position: { x: 1, y: 1 } });
    await tabTo(rider, 'radio');
    while (!(await focused(rider)).includes('Premium')) await rider.keyboard.press('ArrowDown');
    await tabTo(rider, 'Request the ride');
    await rider.keyboard.press('Enter');
    await heading(rider, 'You have arrived').waitFor();
    expect(await stateOf(rider)).toBe('completed');
    await goOffline(driver);
    await leave(city, driver, rider);
  });

  test('a rider whom the fleet serves keeps the ride over a reload, and cancels it in time', async () => {
    const city = started();
    const rider = await phone(city, 'rider');
    await rider.emulateMedia({ colorScheme: 'dark' });
    await order(rider, 'Standard');
    await heading(rider, 'Your driver is on the way').waitFor();
    const before = await tripOf(rider);
    await rider.reload();
    await heading(rider, 'Your driver is on the way').waitFor();
    expect(await tripOf(rider)).toEqual(before);
    await expectLooks(rider, 'rider-dark');
    await cancel(rider);
    await leave(city, rider);
  });

  test('a ride that a driver declines goes to somebody else', async () => {
    const city = started();
    const driver = await phone(city, 'driver');
    const rider = await phone(city, 'rider');
    await driver.emulateMedia({ colorScheme: 'dark' });
    await expectLooks(driver, 'driver-dark');
    await goOnline(driver, { at: PICKUP, product: 'standard', mode: /^The car drives/ });
    await order(rider, 'Standard');
    await driver.getByRole('button', { name: 'Decline' }).click();
    await heading(rider, 'Your driver is on the way').waitFor();
    expect(await rider.getByText(PLATE).count()).toBe(0);
    await cancel(rider);
    await goOffline(driver);
    await leave(city, driver, rider);
  });

  test('a rider reads why there is no ride to a place outside of the city', async () => {
    const city = started();
    const rider = await phone(city, 'rider');
    await setByNumbers(rider, 'Set the points by numbers', { Dropoff: { lat: 48.2, lng: 16.37 } });
    await rider
      .getByText(/outside/i)
      .first()
      .waitFor();
    await expectLooks(rider, 'rider-outside');
    expect(await rider.getByRole('button', { name: 'Request the ride' }).isDisabled()).toBe(true);
    city.complaints.length = 0; // Chromium logs the refusals that this test asked for
    await leave(city, rider);
  });
}

async function phone(city: ConsoleCity, app: 'rider' | 'driver'): Promise<Page> {
  const page = await city.window(PHONE);
  await city.signIn(page, `/${app}`, app);
  await page.waitForFunction(
    (name) => (globalThis as unknown as Phones).hailgrid[name]?.connection === 'open',
    app,
  );
  return page;
}

async function leave(city: ConsoleCity, ...pages: Page[]): Promise<void> {
  for (const page of pages) await page.context().close();
  expect(city.complaints.splice(0)).toEqual([]);
}

/** Axe, the width of the smallest phone, and a picture. */
async function expectLooks(page: Page, name: string): Promise<void> {
  await keepScreenshot(page, name);
  await expectAccessible(page);
  const wide = await page.evaluate(() => {
    const { document } = globalThis as unknown as {
      document: { documentElement: { scrollWidth: number; clientWidth: number } };
    };
    return document.documentElement.scrollWidth - document.documentElement.clientWidth;
  });
  expect(wide).toBe(0);
}

async function setByNumbers(page: Page, summary: string, points: Record<string, Point>): Promise<void> {
  await page.getByText(summary).click();
  for (const [name, { lat, lng }] of Object.entries(points)) {
    await page.getByLabel(`${name}, latitude`).fill(String(lat));
    await page.getByLabel(`${name}, longitude`).fill(String(lng));
    await page.getByRole('button', { name: `Set the ${name.toLowerCase()}` }).click();
  }
}

interface Start {
  at: Point;
  product: string;
  mode: RegExp;
}

async function goOnline(page: Page, { at, product, mode }: Start): Promise<void> {
  await setByNumbers(page, 'Put the car somewhere', { Destination: at });
  await page.getByText('Change the car').click();
  await page.getByLabel('Product').selectOption(product);
  await page.getByRole('slider').fill(FULL_SPEED_MPS);
  await page.getByRole('radio', { name: mode }).check();
  await page.getByRole('button', { name: 'Go online' }).click();
  await page.waitForFunction(() => (globalThis as unknown as Phones).hailgrid.driver?.status === 'free');
}

async function goOffline(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Go offline' }).click();
  await page.getByText('You are offline').waitFor();
}

/** Requests a ride from {@link PICKUP} to {@link DROPOFF}. */
async function order(page: Page, product: string): Promise<void> {
  await setByNumbers(page, 'Set the points by numbers', { Pickup: PICKUP, Dropoff: DROPOFF });
  await page.getByRole('radio', { name: new RegExp(`^${product}`) }).check();
  await page.getByRole('button', { name: 'Request the ride' }).click();
  await page.getByRole('region', { name: 'Your ride', exact: true }).waitFor();
}

async function cancel(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Cancel the ride' }).click();
  await heading(page, 'Ride canceled').waitFor();
}

/** How the rider's trip stands. */
function heading(page: Page, words: string | RegExp): Locator {
  return page.getByRole('region', { name: 'Your ride', exact: true }).getByRole('status').getByText(words);
}

function tripOf(page: Page): Promise<string | undefined> {
  return page.evaluate(() => (globalThis as unknown as Phones).hailgrid.rider?.trip?.trip_id);
}

function stateOf(page: Page): Promise<string | undefined> {
  return page.evaluate(() => (globalThis as unknown as Phones).hailgrid.rider?.trip?.state);
}

/** Whether a person sees it without scrolling. */
async function isInSight(element: Locator): Promise<boolean> {
  const box = await element.boundingBox();
  return box !== null && box.y >= 0 && box.y + box.height <= PHONE.height;
}

/** Presses Tab until something of that name or type has the focus. */
async function tabTo(page: Page, wanted: string): Promise<void> {
  for (let press = 0; press < 40; press++) {
    if ((await focused(page)).includes(wanted)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`the keyboard does not reach ${wanted}`);
}

/** The type and the words of what has the focus. */
function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    interface Shown {
      type?: string;
      textContent: string;
      closest: (selector: string) => Shown | null;
    }
    const { document } = globalThis as unknown as { document: { activeElement: Shown | null } };
    const element = document.activeElement;
    return `${element?.type} ${(element?.closest('label') ?? element)?.textContent}`;
  });
}
