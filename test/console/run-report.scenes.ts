import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { ConsoleCity } from '../../dev/browser/console-city.ts';
import { collectNumbers, runReport, writeReport } from '../../dev/city/run-report.ts';
import { temporaryDirectory } from '../../dev/process/temporary-directory.ts';
import { expectAccessible, keepScreenshot } from './looked-at-page.ts';

/** What `npm start -- --report` leaves behind. */
export function runReportScenes(started: () => ConsoleCity): void {
  test('the report of a run opens from a disk and shows its charts', async () => {
    const city = started();
    const numbers = collectNumbers(city.city, { minutes: 1, speed: 1 });
    onTestFinished(() => numbers.stop());
    await vi.waitFor(
      () => {
        const { at_s: atS, charts } = numbers.since(0);
        expect(atS.length).toBeGreaterThan(1);
        expect(charts.find(({ id }) => id === 'pings')?.series.length).toBeGreaterThan(0);
      },
      { timeout: 30_000, interval: 500 },
    );
    const directory = temporaryDirectory('run-report');
    onTestFinished(() => directory.remove());
    const run = { command: 'npm start -- --report </script>', started_at: '2026-01-01T00:00:00Z' };
    const shown = numbers.since(0);
    const file = writeReport(join(directory.path, 'new'), runReport(run, undefined, shown));

    const page = await city.window();
    await page.goto(pathToFileURL(file).href);
    await page.getByRole('heading', { name: /^Positions of drivers/ }).waitFor();
    await page.getByText(run.command).waitFor();
    const drawn = shown.charts.filter(({ series }) => series.length > 0).length;
    await expect.poll(() => page.locator('.charts canvas').count()).toBe(drawn);
    await expectAccessible(page);
    await keepScreenshot(page, 'run-report');
    expect(city.complaints.splice(0)).toEqual([]);
    await page.context().close();
  });
}
