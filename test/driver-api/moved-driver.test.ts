import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { CommandClient } from '#libs/bus';
import { getDriver, type DriverRecord } from '#libs/contracts';
import { systemClock, type Clock } from '#libs/service';
import { SeverableLine } from '../../dev/network/severable-line.ts';
import { temporaryDirectory } from '../../dev/process/temporary-directory.ts';
import { startService, type RunningService } from '../../dev/services/start-service.ts';
import { PLAYED_PEOPLE } from '../../dev/services/service-environment.ts';
import { BUILT_IN_AREA, startServices, type TestWorld } from '../../dev/test-world/index.ts';
import { DriverPhone } from '../phones/driver-phone.ts';

const PICKUP = { lat: 38.7223, lng: -9.1393 };
const WAIT = { timeout: 30_000 };
const directory = temporaryDirectory('moved-driver');

let world: TestWorld;
let commands: CommandClient;
let line: SeverableLine;
let clock: Clock;
/** Its line to NATS can be cut; the instance `there` has its own line. */
let here: RunningService;
let there: string;
let phone: DriverPhone;
let session: number;

async function openWorld(speed: number): Promise<void> {
  const settings = { speed, originMs: Date.now() };
  clock = systemClock(settings.speed, settings.originMs);
  world = await startServices(['dev-issuer', 'trips', 'driver-api'], { clock: settings, env: PLAYED_PEOPLE });
  commands = new CommandClient({ servers: world.nats.urls }, 'test', clock);
  await commands.connect();
  there = world.service('driver-api-1').url;
  line = await SeverableLine.to(world.nats.urls[0]!);
  here = await startService({
    app: 'driver-api',
    instance: 'driver-api-2',
    httpPort: 0,
    system: {
      natsUrls: [line.url],
      natsSeeds: world.nats.seeds,
      postgresUrls: [],
      issuerUrl: world.service('dev-issuer-1').url,
      serviceArea: BUILT_IN_AREA,
      clock: settings,
    },
    directory: directory.path,
  });
}

async function closeWorld(): Promise<void> {
  await here?.child.stop();
  line?.close();
  await commands?.close();
  await world?.stop();
}

afterEach(() => phone.hangUp());
afterAll(() => directory.remove());

/** A driver was online `here`; this instance then lost NATS and does not learn that the driver moved `there`. */
async function moveDriver(): Promise<void> {
  phone = await DriverPhone.register(world.service('dev-issuer-1').url, here.url, clock);
  await phone.connect();
  session = await phone.online();
  phone.send({ type: 'position', data: phone.ping(session, PICKUP.lat, PICKUP.lng) });
  await expect.poll(() => driversOnline(here.url), WAIT).toBe(1);
  line.cut();
  await expect.poll(readiness, WAIT).toBe(503);
  phone.hangUp();
  const { welcome } = await phone.connect(there);
  expect(welcome.data.driver).toMatchObject({ status: 'free', session });
}

async function readiness(): Promise<number> {
  return (await fetch(`${here.url}/health/ready`)).status;
}

async function driversOnline(api: string): Promise<number> {
  const metrics = await (await fetch(`${api}/metrics`)).text();
  return Number(/^hailgrid_drivers_online(?:\{.*\})? (\d+)$/m.exec(metrics)?.[1]);
}

/** Read from the database: a request to an instance would count as a sign of life. */
function record(): Promise<DriverRecord | null> {
  return commands.call(getDriver, { driver_id: phone.driverId });
}

describe('in real time', () => {
  beforeAll(() => openWorld(1));
  afterAll(closeWorld);

  test('an instance that regains NATS immediately releases a driver served elsewhere', async () => {
    await moveDriver();
    expect(await driversOnline(here.url)).toBe(1);
    line.mend();
    await expect.poll(() => driversOnline(here.url), WAIT).toBe(0);
    expect(await driversOnline(there)).toBe(1);
    expect(await record()).toMatchObject({ online: true, status: 'free', session });
  });
});

describe("on a clock on which a driver's grace period ends within seconds", () => {
  const GRACE_MS = 60_000;
  const SWEEPS_MS = 20_000;

  beforeAll(() => openWorld(20));
  afterAll(closeWorld);
  beforeEach(async () => {
    await moveDriver();
    await clock.sleep(GRACE_MS + SWEEPS_MS);
  });

  test('a driver served elsewhere is not taken offline by the instance it left', async () => {
    // Without NATS the instance releases no driver and takes none offline.
    expect(await driversOnline(here.url)).toBe(1);
    line.mend();
    await expect.poll(() => driversOnline(here.url), WAIT).toBe(0);
    await clock.sleep(SWEEPS_MS);
    expect(await record()).toMatchObject({ online: true, status: 'free', session });
    const ping = phone.ping(session, PICKUP.lat, PICKUP.lng);
    expect(await phone.post(`${there}/v1/driver/positions`, { positions: [ping] })).toMatchObject({
      status: 202,
      body: { accepted: 1 },
    });
  });

  test('a driver who left both instances is taken offline', async () => {
    phone.hangUp();
    line.mend();
    await expect.poll(async () => (await record())?.online, WAIT).toBe(false);
    await expect.poll(() => driversOnline(here.url), WAIT).toBe(0);
    await expect.poll(() => driversOnline(there), WAIT).toBe(0);
  });
});
