import { expect, test } from 'vitest';
import type { ConsoleCity } from '../../dev/browser/console-city.ts';
import { expectAccessible, keepScreenshot } from './looked-at-page.ts';
import { untilMap } from './map-state.ts';

const PHONE = { width: 360, height: 740 };

/** @param drivers the number of drivers of the city */
export function mapScenes(started: () => ConsoleCity, drivers: number): void {
  test('the map shows every car of the city, and goes on after a reload', async () => {
    const city = started();
    const page = await city.window();
    await city.signIn(page, '/', 'operator');
    await untilMap(
      page,
      ({ connected, cars, carsInView }) => connected && cars === drivers && carsInView === drivers,
    );
    await page.reload();
    const { update } = await untilMap(page, ({ cars, update }) => cars === drivers && update > 1);
    await expectAccessible(page);
    await keepScreenshot(page, 'map-light');
    await page.getByRole('button', { name: 'Switch to the dark look' }).click();
    await untilMap(page, (map) => map.update > update + 1);
    await expectAccessible(page);
    await keepScreenshot(page, 'map-dark');
    await page.setViewportSize(PHONE);
    await expectAccessible(page);
    await keepScreenshot(page, 'map-phone');
    expect(city.complaints.splice(0)).toEqual([]);
    await page.context().close();
  });

  test('each layer of hexagons can be chosen, is kept in the address, and goes with the way back', async () => {
    const city = started();
    const page = await city.window();
    await city.signIn(page, '/', 'operator');
    const chooser = page.getByRole('combobox', { name: 'Hexagons' });
    for (const layer of ['supply', 'demand', 'waits', 'expected', 'price', 'shards']) {
      await chooser.selectOption(layer);
      await untilMap(page, (map) => map.layer === layer);
    }
    await expect
      .poll(() => page.getByRole('list', { name: 'Owners of shards' }).innerText())
      .toMatch(/matcher-1/);
    await page.getByRole('link', { name: 'Shards' }).click();
    await page.getByRole('heading', { name: 'Shards and matchers' }).waitFor();
    await page.goBack();
    await untilMap(page, (map) => map.layer === 'shards' && map.cars === drivers);
    expect(city.complaints.splice(0)).toEqual([]);
    await page.context().close();
  });
}
