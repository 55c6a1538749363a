import { expect, test } from 'vitest';
import type { ConsoleCity } from '../../dev/browser/console-city.ts';
import { expectAccessible, keepScreenshot } from './looked-at-page.ts';
import { untilMap } from './map-state.ts';

/** Shards, matchers, numbers, and breaking things. */
export function steeringScenes(started: () => ConsoleCity): void {
  test('a matcher that is killed from the page is seen to lose its shards, and others to take them', async () => {
    const city = started();
    const page = await city.window();
    await city.signIn(page, '/', 'operator');
    await page.getByRole('combobox', { name: 'Hexagons' }).selectOption('shards');
    const before = await untilMap(page, ({ shards }) => new Set(Object.values(shards)).size === 2);
    const playground = await page.context().newPage();
    city.watch(playground);
    await playground.goto(`${city.url}/break`);
    await playground.getByRole('button', { name: /^Kill matcher-1:/ }).click();
    await untilMap(page, ({ shards }) => Object.values(shards).every((owner) => owner === 'matcher-2'));
    await expect
      .poll(() => page.getByRole('region', { name: 'Changes of shards' }).innerText())
      .toContain('matcher-2');
    await keepScreenshot(page, 'map-after-a-death');
    // It is started again, and gets its share.
    await untilMap(page, ({ shards }) => new Set(Object.values(shards)).size === 2);
    expect(Object.keys(before.shards).length).toBeGreaterThan(0);
    await expect
      .poll(() => playground.getByRole('listitem').allInnerTexts())
      .toContainEqual(expect.stringMatching(/Killed matcher-1[\s\S]*\d s/));
    await expectAccessible(playground);
    await keepScreenshot(playground, 'break');
    expect(city.complaints.splice(0)).toEqual([]);
    await page.context().close();
  });

  test('a matcher is drained with a reason, and resumed', async () => {
    const city = started();
    const page = await city.window();
    await city.signIn(page, '/shards', 'operator');
    const row = page.getByRole('row', { name: /matcher-1/ });
    for (const [word, state] of [
      ['Drain', 'drained'],
      ['Resume', 'active'],
    ] as const) {
      await page.getByRole('button', { name: `${word} matcher-1` }).click();
      await page.getByRole('textbox', { name: /^Reason/ }).fill('console_test');
      await expectAccessible(page);
      await page.getByRole('button', { name: `${word} it` }).click();
      await row.getByText(state, { exact: true }).waitFor();
    }
    await page.getByRole('table', { name: /Moves of shards/ }).waitFor();
    await expectAccessible(page);
    await keepScreenshot(page, 'shards');
    expect(city.complaints.splice(0)).toEqual([]);
    await page.context().close();
  });

  test('the numbers of the city are drawn', async () => {
    const city = started();
    const page = await city.window();
    await city.signIn(page, '/numbers', 'operator');
    await page.getByRole('heading', { name: 'Drivers online' }).waitFor();
    await expect.poll(() => page.locator('canvas').count()).toBeGreaterThan(5);
    await expectAccessible(page);
    await keepScreenshot(page, 'numbers');
    expect(city.complaints.splice(0)).toEqual([]);
    await page.context().close();
  });
}
