import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { expect } from 'vitest';
import { CHECKOUT } from '../../dev/build/checkout.ts';
import { launchBrowser } from '../../dev/browser/launch-browser.ts';
import { BUILT_IN_AREA } from '../../dev/city/city-data.ts';
import { startCity, type City } from '../../dev/city/city.ts';
import { startFleet, type FleetProcess } from '../../dev/city/fleet-process.ts';
import { readOptions } from '../../dev/city/options.ts';
import { freePort } from '../../dev/network/free-port.ts';
import { temporaryDirectory } from '../../dev/process/temporary-directory.ts';

/** Simulated drivers of the city that the pages show. */
export const DRIVERS = 40;
/** How long a page may take for anything: far above what it takes; the suite runs on a busy machine. */
export const PATIENCE_MS = 40_000;
/** Where screenshots of every page are kept. */
const SCREENSHOTS = join(CHECKOUT, '.hailgrid', 'screenshots');
const DESKTOP = { width: 1280, height: 800 };
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Who signs in, by the button of the development issuer. */
export type Person = 'operator' | 'viewer' | 'rider' | 'driver';

/** A whole city with simulated people, its console, and a browser to look at it. */
export class ConsoleCity {
  readonly city: City;
  readonly fleet: FleetProcess;
  readonly #browser: Browser;
  readonly #directory: ReturnType<typeof temporaryDirectory>;
  /** What pages complained about since they were opened. */
  readonly complaints: string[] = [];

  private constructor(
    city: City,
    fleet: FleetProcess,
    browser: Browser,
    directory: ReturnType<typeof temporaryDirectory>,
  ) {
    this.city = city;
    this.fleet = fleet;
    this.#browser = browser;
    this.#directory = directory;
  }

  static async start(): Promise<ConsoleCity> {
    const browser = await launchBrowser();
    const directory = temporaryDirectory('console-city');
    const options = { ...readOptions([]), drivers: DRIVERS, minutes: 0 };
    const city = await startCity({
      options,
      ports: {
        'rider-api': await freePort(),
        'driver-api': await freePort(),
        'dev-issuer': await freePort(),
        trips: await freePort(),
        console: await freePort(),
      },
      area: BUILT_IN_AREA,
      directory: directory.path,
      onStep: () => undefined,
    });
    return new ConsoleCity(city, startFleet(city, options, directory.path), browser, directory);
  }

  get url(): string {
    return this.city.urls.console;
  }

  /** A window of a person with cookies of its own. Its complaints fail the test that looks at them. */
  async window(size = DESKTOP): Promise<Page> {
    const context = await this.#browser.newContext({ viewport: size, reducedMotion: 'reduce' });
    context.setDefaultTimeout(PATIENCE_MS);
    const page = await context.newPage();
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(`${page.url()}: ${message.text()}`);
    });
    page.on('pageerror', (error) => this.complaints.push(`${page.url()}: ${error.message}`));
    page.on('request', (request) => {
      if (!new URL(request.url()).hostname.match(/^(127\.0\.0\.1|)$/))
        this.complaints.push(`${page.url()} asks ${request.url()}`);
    });
    return page;
  }

  /** Opens a page and signs in with one click on the development issuer. */
  async signIn(page: Page, path: string, person: Person): Promise<void> {
    await page.goto(this.url + path);
    await page.getByRole('link', { name: 'Sign in' }).click();
    await page.waitForURL(/authorize/);
    // The page offers the role that the console hints at; a test plays the person of another role.
    const anybody = new URL(page.url());
    anybody.searchParams.delete('login_hint');
    await page.goto(anybody.href);
    await page.locator(`button[name=person][value=${person}]`).click();
    await page.waitForURL(this.url + path);
  }

  async stop(): Promise<void> {
    await this.#browser.close();
    await this.fleet.child.stop();
    await this.city.stop();
    this.#directory.remove();
  }
}

/** Keeps a picture of the page as an artefact. */
export async function keepScreenshot(page: Page, name: string): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
}

/** Fails if axe finds anything that keeps people from using the page. */
export async function expectAccessible(page: Page): Promise<void> {
  // Evaluated by the debugger, which the page's policy does not bind.
  await page.evaluate(AXE);
  const violations = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run: () => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const { violations: found } = await axe.run();
    return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`);
  });
  expect(violations).toEqual([]);
}
