import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from './launch-browser.ts';
import { cityData } from '../city/city-data.ts';
import { startCity, type City } from '../city/city.ts';
import { startFleet, type FleetProcess } from '../city/fleet-process.ts';
import { readOptions, type CityOptions } from '../city/options.ts';
import { anyPorts } from '../city/ports.ts';
import { temporaryDirectory } from '../process/temporary-directory.ts';

/** How long a page may take for anything: far above what it takes; the suite runs on a busy machine. */
export const PATIENCE_MS = 40_000;
const DESKTOP = { width: 1280, height: 800 };

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

  /** @param changes what differs from `npm start` with an endless fleet */
  static async start(changes: Partial<CityOptions>): Promise<ConsoleCity> {
    const browser = await launchBrowser();
    const directory = temporaryDirectory('console-city');
    const options = { ...readOptions([]), minutes: 0, ...changes };
    const city = await startCity({
      options,
      ports: await anyPorts(),
      area: cityData(options).area,
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
    this.watch(page);
    return page;
  }

  /** Notes what a page complains about, and what it asks of other machines. */
  watch(page: Page): void {
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(`${page.url()}: ${message.text()}`);
    });
    page.on('pageerror', (error) => this.complaints.push(`${page.url()}: ${error.message}`));
    page.on('request', (request) => {
      if (!new URL(request.url()).hostname.match(/^(127\.0\.0\.1|)$/))
        this.complaints.push(`${page.url()} asks ${request.url()}`);
    });
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

  /** Breaks or mends a process of the city, as the page /break does. */
  async act(process: string, act: string): Promise<void> {
    const { url, token } = this.city.control;
    const answer = await fetch(`${url}/v1/processes/${process}/${act}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: '{}',
    });
    if (!answer.ok) throw new Error(`${act} ${process}: ${answer.status}`);
  }

  async stop(): Promise<void> {
    await this.#browser.close();
    await this.fleet.child.stop();
    await this.city.stop();
    this.#directory.remove();
  }
}
