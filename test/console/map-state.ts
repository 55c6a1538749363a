import type { Page } from 'playwright-core';
import { PATIENCE_MS } from '../../dev/browser/console-city.ts';
import { until } from '../../dev/process/until.ts';

/** What the map of the page shows, as `window.hailgrid.map` says: see `apps/console/web/test-hook.ts`. */
export interface MapState {
  connected: boolean;
  update: number;
  cars: number;
  carsInView: number;
  trips: number;
  shards: Record<string, string | null>;
  layer: string;
}

/** Waits until the map shows what a test wants, and returns it. */
export async function untilMap(page: Page, isWanted: (map: MapState) => boolean): Promise<MapState> {
  let latest: MapState | null = null;
  await until(
    async () => {
      latest = await mapOf(page);
      return latest !== null && isWanted(latest);
    },
    PATIENCE_MS,
    () => `the map is not as wanted, but ${JSON.stringify(latest)}`,
  );
  return latest!;
}

async function mapOf(page: Page): Promise<MapState | null> {
  return page.evaluate(() => {
    const { hailgrid } = globalThis as unknown as { hailgrid: { map: MapState | null } };
    return hailgrid.map === null ? null : { ...hailgrid.map };
  });
}
