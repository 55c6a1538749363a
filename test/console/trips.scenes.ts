import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { AttentionEntry, ListedDriver, TripRecord } from '#libs/contracts';
import type { ConsoleCity, Person } from '../../dev/browser/console-city.ts';
import { expectAccessible, keepScreenshot } from './looked-at-page.ts';

const WAIT = { timeout: 40_000 };
const PHONE = { width: 360, height: 740 };

/** Finds, explains, replays and steers trips; drivers and what needs attention. */
export function tripsScenes(started: () => ConsoleCity): void {
  test('a trip of the fleet is found, explained and replayed, and leads to its driver', async () => {
    const city = started();
    const page = await operator(city, '/trips');
    await page.getByLabel('State').selectOption('accepted');
    const trip = await tripIn(page, 'accepted');
    await page.getByRole('button', { name: 'Read again' }).click();
    await expectAccessible(page);
    await pictures(page, 'trips');
    await page.locator(`a[title="${trip.trip_id}"]`).click();
    await page.waitForURL(`${city.url}/trips/${trip.trip_id}`);

    const timeline = page.getByRole('list', { name: 'Events of the trip' });
    await timeline.getByText('The driver accepted').waitFor();
    const hashes = await timeline.locator('code[title]').evaluateAll((all) => all.map(({ title }) => title));
    expect(hashes.length).toBeGreaterThanOrEqual(3);
    for (const hash of hashes) expect(hash).toMatch(/^[0-9a-f]{64}$/);
    await page.getByRole('region', { name: 'Candidates of the round' }).getByText('chosen').first().waitFor();

    // The car has moved: the slider brings it back to where it was.
    await expect
      .poll(() => page.evaluate('window.hailgrid.trip?.isDrawn && window.hailgrid.trip.positions > 3'), WAIT)
      .toBe(true);
    expect(await page.evaluate('window.hailgrid.trip.candidates')).toBeGreaterThan(0);
    const slider = page.getByRole('slider', { name: 'Moment of the trip' });
    await slider.press('End');
    const last = await carOf(page);
    await slider.press('Home');
    await expect.poll(() => carOf(page), WAIT).not.toEqual(last);
    await page
      .getByRole('region', { name: 'Replay of the trip' })
      .getByText('The rider requested the trip')
      .waitFor();
    await expectAccessible(page);
    await pictures(page, 'trip');

    await page.reload();
    await timeline.getByText('The driver accepted').waitFor();
    const driverId = trip.driver!.driver_id;
    await page.locator(`a[title="${driverId}"]`).first().click();
    await page.waitForURL(`${city.url}/drivers/${driverId}`);
    await page.getByText(/^number \d+, online since/).waitFor();
    await page.getByRole('region', { name: 'Trips' }).locator(`a[title="${trip.trip_id}"]`).waitFor();
    await page.getByRole('button', { name: 'Ask the matchers' }).click();
    await page
      .getByRole('region', { name: 'Rounds that weighed this driver' })
      .locator(`a[title="${trip.trip_id}"]`)
      .first()
      .waitFor();
    await expectAccessible(page);
    await pictures(page, 'driver');
    await page.goBack();
    await timeline.waitFor();
    await end(city, page);
  });

  test('an operator acts on a trip with a reason, unless somebody was faster', async () => {
    const city = started();
    const page = await operator(city, '/trips');
    const trip = await tripIn(page, 'accepted');
    await page.goto(`${city.url}/trips/${trip.trip_id}`);
    await page.getByRole('button', { name: 'Cancel …' }).click();
    const dialog = page.getByRole('dialog', { name: 'Cancel this trip' });
    await dialog.getByLabel('Reason code').fill('rider_asked');
    const send = dialog.getByRole('button', { name: 'Cancel this trip' });
    expect(await act(page, `trips/${trip.trip_id}/redispatch`)).toBe(200);
    await send.click();
    await dialog.getByRole('alert').getByText('changed it meanwhile').waitFor();
    await expectAccessible(page);
    // Chromium logs the refusal.
    expect(city.complaints.splice(0)).toEqual([expect.stringContaining('412')]);

    const timeline = page.getByRole('list', { name: 'Events of the trip' });
    await timeline.getByText('The trip was taken from its driver').waitFor();
    await expect
      .poll(
        async () => {
          if (await dialog.isVisible()) await send.click();
          return dialog.isVisible();
        },
        { timeout: 20_000 },
      )
      .toBe(false);
    await timeline
      .getByRole('listitem')
      .filter({ hasText: 'The trip was canceled' })
      .getByText('by operator')
      .waitFor();
    await page.getByText('Cancel: done.').waitFor();
    expect(city.complaints.splice(0).filter((words) => !words.includes('412'))).toEqual([]);
    await end(city, page);
  });

  test('who may only look sees acts as not allowed, with the reason', async () => {
    const city = started();
    const page = await operator(city, '/trips', 'viewer');
    const trip = await tripIn(page, 'accepted');
    await page.goto(`${city.url}/trips/${trip.trip_id}`);
    const acts = page.locator('.acts');
    await acts.getByText('Your token has no scope ops.force.').first().waitFor();
    for (const button of await acts.getByRole('button').all()) expect(await button.isDisabled()).toBe(true);
    expect(await act(page, `trips/${trip.trip_id}/cancel`)).toBe(403);
    city.complaints.length = 0; // Chromium logs the 403 that this test asked for
    await end(city, page);
  });

  test('the session of a free driver is ended', async () => {
    const city = started();
    const page = await operator(city, '/drivers');
    await page.getByLabel('Status').selectOption('free');
    await page.getByRole('region', { name: 'Drivers' }).getByText('free').first().waitFor();
    await expectAccessible(page);
    await pictures(page, 'drivers');
    const { data } = await read<{ data: ListedDriver[] }>(page, '/v1/ops/drivers?status=free&limit=200');
    const before = data.at(-1)!;
    await page.goto(`${city.url}/drivers/${before.driver_id}`);
    await page.getByRole('button', { name: 'End the session …' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Reason code').fill('test');
    await dialog.getByRole('button', { name: 'End the session' }).click();
    await page.getByText('The session has ended.').waitFor();
    const of = `/v1/ops/drivers?driver_id=${before.driver_id}`;
    const [after] = (await read<{ data: ListedDriver[] }>(page, of)).data;
    // A phone of the fleet may be back already, in its next session.
    expect(after!.online && after!.session === before.session).toBe(false);
    await end(city, page);
  });

  test('what needs a person is counted on every page, and taken on by name', async () => {
    const city = started();
    const page = await operator(city, '/trips');
    const trip = await tripIn(page, 'accepted');
    expect(await act(page, `trips/${trip.trip_id}/fail`)).toBe(200);
    const link = page.getByRole('link', { name: /^Attention/ });
    await link.getByText(/[1-9]/).waitFor();
    await link.click();
    const entry = page
      .getByRole('list', { name: 'Entries' })
      .locator('> li')
      .filter({ has: page.locator(`a[title="${trip.trip_id}"]`) });
    await entry.getByText('The trip failed.').waitFor();
    await expectAccessible(page);
    await pictures(page, 'attention');
    await entry.getByLabel(/^Note about entry/).fill('I call the rider');
    await entry.getByRole('button', { name: 'Acknowledge' }).click();
    await entry.waitFor({ state: 'detached' });
    await page.getByLabel('those acknowledged too').check();
    await entry.getByText('“I call the rider”').waitFor();
    const { data } = await read<{ data: AttentionEntry[] }>(page, '/v1/ops/attention?kind=failed');
    const { acknowledged } = data.find(({ trip_id: id }) => id === trip.trip_id)!;
    await entry.getByText(acknowledged!.name, { exact: true }).waitFor();
    await end(city, page);
  });
}

async function operator(city: ConsoleCity, path: string, person: Person = 'operator'): Promise<Page> {
  const page = await city.window();
  await city.signIn(page, path, person);
  await page.getByRole('navigation', { name: 'Pages' }).waitFor();
  return page;
}

async function end(city: ConsoleCity, page: Page): Promise<void> {
  expect(city.complaints.splice(0)).toEqual([]);
  await page.context().close();
}

function read<T>(page: Page, path: string): Promise<T> {
  return page.evaluate(async (of) => (await (await fetch(`/v1/console/ops${of}`)).json()) as T, path);
}

/** Does what another operator does meanwhile; returns the status. */
function act(page: Page, path: string): Promise<number> {
  return page.evaluate(async (of) => {
    const answer = await fetch(`/v1/console/ops/v1/ops/${of}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-hailgrid-console': '1',
        'idempotency-key': crypto.randomUUID(),
      },
      body: JSON.stringify({ reason_code: 'test' }),
    });
    return answer.status;
  }, path);
}

/** The newest trip of the fleet in a state. */
async function tripIn(page: Page, state: TripRecord['state']): Promise<TripRecord> {
  let found: TripRecord | undefined;
  await expect
    .poll(
      async () => {
        const { data } = await read<{ data: TripRecord[] }>(page, `/v1/ops/trips?state=${state}&limit=1`);
        found = data[0];
        return found;
      },
      { timeout: 60_000, interval: 1_000 },
    )
    .toBeDefined();
  return found!;
}

function carOf(page: Page): Promise<unknown> {
  return page.evaluate('window.hailgrid.trip.car');
}

/** Light and dark, and on a phone, where nothing may be wider than the window. */
async function pictures(page: Page, name: string): Promise<void> {
  const desktop = page.viewportSize()!;
  await keepScreenshot(page, name);
  await page.emulateMedia({ colorScheme: 'dark' });
  await expectAccessible(page);
  await keepScreenshot(page, `${name}-dark`);
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize(PHONE);
  const wide = await page.evaluate<number>(`document.querySelector('main').scrollWidth - window.innerWidth`);
  expect(wide).toBeLessThanOrEqual(0);
  await keepScreenshot(page, `${name}-phone`);
  await page.setViewportSize(desktop);
}
