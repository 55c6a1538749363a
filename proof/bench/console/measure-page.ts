import { setTimeout as sleep } from 'node:timers/promises';
import type { ConsoleCity } from '../../../dev/browser/console-city.ts';
import { quantile } from './quantile.ts';

/** How long pings are followed to their pixels. */
const WATCH_MS = 30_000;
/** How often the page is asked for its newest update, of which there is one a second at most. */
const LOOK_EVERY_MS = 250;

/** The page in Chromium, which draws by software here: a real graphics processor is faster. */
export interface PageFigures {
  /** Compressed bytes of everything that the map loads but streets and live data. */
  weight_kb: number;
  first_paint_ms: number;
  /** From opening the page to the first cars in it. */
  first_cars_ms: number;
  cars: number;
  /** From the moment a phone recorded its position to the first frame in which its car moves towards it. */
  ping_to_pixel_ms: { p50: number; p95: number; pings: number };
}

/** What the page says of its map. */
interface MapHook {
  update: number;
  carsInView: number;
  pixelAgesMs: readonly number[];
}

/** The part of a browser's `performance` that is read here. */
interface BrowserPerformance {
  getEntriesByType(type: string): { name: string; encodedBodySize: number }[];
  getEntriesByName(name: string): { startTime: number }[];
}

export async function measurePage(city: ConsoleCity): Promise<PageFigures> {
  const page = await city.window();
  await city.signIn(page, '/', 'operator');
  // A second visit of somebody who is signed in, with nothing in the cache.
  await (await page.context().newCDPSession(page)).send('Network.setCacheDisabled', { cacheDisabled: true });
  await page.goto(`${city.url}/shards`);
  const openedAt = performance.now();
  await page.goto(city.url);
  const look = (): Promise<MapHook | null> =>
    page.evaluate(() => {
      const { hailgrid } = globalThis as unknown as { hailgrid: { map: MapHook | null } };
      if (hailgrid.map === null) return null;
      const { update, carsInView, pixelAgesMs } = hailgrid.map;
      return { update, carsInView, pixelAgesMs: [...pixelAgesMs] };
    });
  let map = await look();
  while ((map?.carsInView ?? 0) === 0) {
    await sleep(LOOK_EVERY_MS);
    map = await look();
  }
  const firstCarsMs = performance.now() - openedAt;
  const { weight, paint } = await page.evaluate(() => {
    const { performance: browser } = globalThis as unknown as { performance: BrowserPerformance };
    const entries = browser.getEntriesByType('resource');
    const [document] = browser.getEntriesByType('navigation');
    const files = entries.filter(({ name }) => name.includes('/assets/'));
    return {
      weight: files.reduce(
        (sum, { encodedBodySize }) => sum + encodedBodySize,
        document?.encodedBodySize ?? 0,
      ),
      paint: browser.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0,
    };
  });
  const ages: number[] = [];
  const endAt = performance.now() + WATCH_MS;
  let seen = map?.update ?? 0;
  while (performance.now() < endAt) {
    await sleep(LOOK_EVERY_MS);
    map = await look();
    if (map === null || map.update === seen) continue;
    seen = map.update;
    ages.push(...map.pixelAgesMs);
  }
  await page.context().close();
  return {
    weight_kb: Math.round(weight / 1_000),
    first_paint_ms: Math.round(paint),
    first_cars_ms: Math.round(firstCarsMs),
    cars: map?.carsInView ?? 0,
    ping_to_pixel_ms: {
      p50: Math.round(quantile(ages, 0.5)),
      p95: Math.round(quantile(ages, 0.95)),
      pings: ages.length,
    },
  };
}
