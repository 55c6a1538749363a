import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HailgridDriver } from '#sdk';
import { CHECKOUT } from '../../dev/build/checkout.ts';
import { temporaryDirectory } from '../../dev/process/temporary-directory.ts';
import { runNpm } from '../../dev/setup/npm.mjs';
import { ROSSIO, TestCity } from '../city/test-city.ts';
import { onlineBody } from '../phones/driver-phone.ts';
import { tokenFor } from '../phones/tokens.ts';

const PACKAGE = join(CHECKOUT, 'packages/sdk');
/** What the issue promises: a first trip in so many lines. */
const MAX_FIRST_TRIP_LINES = 20;
/** How long the car is shown before the ride ends: some positions, which riders get once a second. */
const SHOWN_FOR_MS = 2_000;
const PING_INTERVAL_MS = 500;
const run = promisify(execFile);
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');

const app = temporaryDirectory('sdk-app');
const [firstTrip = '', driverPart = ''] = readFileSync(join(PACKAGE, 'README.md'), 'utf8')
  .split('```ts\n')
  .slice(1)
  .map((block) => block.split('```')[0]!);

/** An app of someone else: a folder with the tarball installed. */
beforeAll(async () => {
  await runNpm(['pack', '--pack-destination', app.path], PACKAGE, process.execPath);
  const tarball = readdirSync(app.path).find((name) => name.endsWith('.tgz'))!;
  writeFileSync(join(app.path, 'package.json'), '{"type":"module","private":true}');
  await runNpm(['install', '--offline', '--no-audit', '--no-fund', tarball], app.path, process.execPath);
});
afterAll(() => app.remove());

test('the tarball has what an app needs, and no sources or tests', () => {
  const files = readdirSync(join(app.path, 'node_modules/@hailgrid/sdk'), { recursive: true }) as string[];
  expect(files).toEqual(expect.arrayContaining(['README.md', 'LICENSE', 'dist/index.js', 'dist/index.d.ts']));
  expect(files.filter((file) => /(?<!\.d)\.ts$|\.test\./.test(file))).toEqual([]);
});

test.each(['NodeNext', 'Bundler'])(
  'its types are found by an app with moduleResolution %s',
  async (resolution) => {
    const driver = driverPart.replaceAll('driver', 'car');
    writeFileSync(
      join(app.path, 'app.ts'),
      `import { HailgridDriver, HailgridProblem, type RiderTrip } from '@hailgrid/sdk';
     ${firstTrip}
     ${driver}
     export const seq: number = ended.seq;
     export const state: RiderTrip['state'] = 'processing';
     // @ts-expect-error there is no such state
     export const other: RiderTrip['state'] = 'flying';
     export const isLate = (error: unknown) => error instanceof HailgridProblem && error.code === 'quote_expired';`,
    );
    const module = resolution === 'Bundler' ? 'ESNext' : resolution;
    const options = ['--noEmit', '--strict', '--target', 'ES2022', '--lib', 'ES2022,DOM'];
    const settings = [...options, '--module', module, '--moduleResolution', resolution];
    const { stdout } = await run(process.execPath, [tsc, ...settings, 'app.ts'], { cwd: app.path }).catch(
      (error: { stdout: string }) => error,
    );
    expect(stdout).toBe('');
  },
);

/** Takes the offer and drives the trip, with time for the rider to see the car. */
async function drive(driver: HailgridDriver, offerId: string): Promise<void> {
  const { trip_id: tripId } = await driver.accept(offerId);
  await driver.arrive(tripId);
  await driver.start(tripId);
  await new Promise((resolve) => setTimeout(resolve, SHOWN_FOR_MS));
  await driver.complete(tripId);
}

test('the first trip of the README is short, and is driven', async () => {
  expect(
    firstTrip
      .trim()
      .split('\n')
      .filter((line) => line !== '').length,
  ).toBeLessThanOrEqual(MAX_FIRST_TRIP_LINES);
  const city = await TestCity.start();
  const token = await tokenFor(city.url('dev-issuer-1'), 'driver');
  const driver = new HailgridDriver({ url: city.url('driver-api-1'), token: () => token });
  let pings: NodeJS.Timeout | undefined;
  try {
    driver.on('offer', ({ offer_id: offerId }) => void drive(driver, offerId));
    await driver.connect();
    await driver.goOnline(onlineBody as Parameters<HailgridDriver['goOnline']>[0]);
    driver.sendPosition(ROSSIO);
    pings = setInterval(() => driver.sendPosition(ROSSIO), PING_INTERVAL_MS);
    const script = firstTrip
      .replace('http://127.0.0.1:8082', city.url('dev-issuer-1'))
      .replace('http://127.0.0.1:8080', city.url('rider-api-1'));
    writeFileSync(join(app.path, 'first-trip.js'), script);
    const { stdout } = await run(process.execPath, ['first-trip.js'], { cwd: app.path });
    expect(stdout).toMatch(/accepted accepted\n(.*\n)*completed completed\ncompleted, driven by AA-00-BB\n$/);
    expect(stdout).toContain('the car is at 38.7139');
  } finally {
    clearInterval(pings);
    driver.close();
    await city.stop();
  }
});
