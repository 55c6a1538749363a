import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { HOURS_PER_DAY, StreetGraph } from '#libs/geo';
import { systemClock } from '#libs/service';
import { decodeCarFrame, type CarFrame } from '../../apps/console/protocol/car-frame.ts';
import type { CityMessage } from '../../apps/console/protocol/map-messages.ts';
import { writeStreets } from '../../apps/fleet/city/write-streets.ts';
import { temporaryDirectory } from '../../dev/process/temporary-directory.ts';
import { startService, type RunningService } from '../../dev/services/start-service.ts';
import { BUILT_IN_AREA, startServices, type TestWorld } from '../../dev/test-world/index.ts';
import { DriverPhone } from '../phones/driver-phone.ts';
import { RiderPhone } from '../phones/rider-phone.ts';
import { signIn } from '../../dev/browser/sign-in-by-calls.ts';

const PICKUP = { lat: 38.7223, lng: -9.1393 };
/** Farther from the pickups than matchers of this test look. */
const CAR = { lat: 38.7023, lng: -9.1553 };
const DROPOFF = { lat: 38.7323, lng: -9.1453 };
const WAIT = { timeout: 20_000 };
/** Longer than two pauses between updates. */
const TWO_UPDATES_MS = 2_500;
/** Two crossings and a bend, 40 s from one to the next. */
const STREETS = new StreetGraph(
  [PICKUP, { lat: 38.7241, lng: -9.1393 }, { lat: 38.7241, lng: -9.1413 }].map((point, id) => ({
    id,
    ...point,
  })),
  [
    [0, 1],
    [1, 2],
    [2, 1],
    [1, 0],
  ].map(([from = 0, to = 0]) => ({
    from,
    to,
    secondsByHour: Array.from({ length: HOURS_PER_DAY }, () => 40),
  })),
);
const directory = temporaryDirectory('map-stream');

let world: TestWorld;
let consoleService: RunningService;
let phone: DriverPhone;
let rider: RiderPhone;

beforeAll(async () => {
  world = await startServices(['dev-issuer', 'trips', 'matcher', 'driver-api', 'rider-api'], {
    env: { HAILGRID_PICKUP_RADIUS_M: '500' },
  });
  const [issuer, driverApi] = [world.service('dev-issuer-1').url, world.service('driver-api-1').url];
  writeStreets(STREETS, join(directory.path, 'streets'));
  consoleService = await startService({
    app: 'console',
    instance: 'console-1',
    httpPort: 0,
    system: {
      natsUrls: world.nats.urls,
      natsSeeds: world.nats.seeds,
      postgresUrls: [],
      issuerUrl: issuer,
      serviceArea: BUILT_IN_AREA,
    },
    env: {
      HAILGRID_OIDC_ISSUER_URL: issuer,
      HAILGRID_OPERATORS_URL: world.service('trips-1').url,
      HAILGRID_STREETS_DIR: join(directory.path, 'streets'),
    },
    directory: directory.path,
  });
  phone = await DriverPhone.register(issuer, driverApi, systemClock());
  await phone.connect();
  const session = await phone.online();
  phone.send({ type: 'position', data: phone.ping(session, CAR.lat, CAR.lng) });
  rider = await RiderPhone.register(issuer, world.service('rider-api-1').url);
});
afterAll(async () => {
  phone?.hangUp();
  await consoleService?.child.stop();
  await world?.stop();
  directory.remove();
});

/** A page with a map: what it was sent. */
class Page {
  readonly messages: CityMessage[] = [];
  readonly frames: CarFrame[] = [];
  /** 101, or the status of the refusal. */
  readonly opened: Promise<number>;
  readonly #socket: WebSocket;
  closed: { code: number; reason: string } | undefined;
  isAcknowledging = true;

  constructor(headers: Record<string, string>) {
    this.#socket = new WebSocket(`${consoleService.url.replace('http', 'ws')}/v1/console/stream`, {
      headers,
    });
    this.#socket.binaryType = 'arraybuffer';
    this.opened = new Promise((resolve, reject) => {
      this.#socket.once('open', () => resolve(101));
      this.#socket.once('unexpected-response', (_, answer) => resolve(answer.statusCode!));
      this.#socket.once('error', reject);
    });
    this.#socket.on('message', (data, isBinary) => {
      if (isBinary) this.frames.push(decodeCarFrame(data as ArrayBuffer));
      else this.#take(JSON.parse(Buffer.from(data as ArrayBuffer).toString()) as CityMessage);
    });
    this.#socket.on('close', (code, reason) => (this.closed = { code, reason: reason.toString() }));
  }

  send(message: unknown): void {
    this.#socket.send(JSON.stringify(message));
  }

  show(layer = 'demand'): void {
    this.send({ type: 'view', bounds: [-9.3, 38.6, -9, 38.8], layer });
  }

  acknowledge(update: number): void {
    this.send({ type: 'ack', update });
  }

  hangUp(): void {
    this.#socket.terminate();
  }

  #take(message: CityMessage): void {
    this.messages.push(message);
    if (message.type === 'city' && this.isAcknowledging) this.acknowledge(message.update);
  }
}

async function signedIn(
  person: 'operator' | 'rider' | 'driver',
  app: 'console' | 'rider' | 'driver' = 'console',
): Promise<Record<string, string>> {
  return { cookie: await signIn(consoleService.url, app, person), origin: consoleService.url };
}

test('an operator sees cars and trips, those from before it looked and those that come', async () => {
  const before = await rider.ride(PICKUP, DROPOFF);
  const page = new Page(await signedIn('operator'));
  expect(await page.opened).toBe(101);
  page.show();
  await expect
    .poll(() => page.frames.flatMap(({ moved }) => moved), WAIT)
    .toMatchObject([{ ...CAR, status: 'free', isSnapped: false }]);
  const tripIds = (): string[] => page.messages.flatMap(({ trips }) => trips.map(({ trip_id: id }) => id));
  await expect.poll(tripIds, WAIT).toEqual([before.trip_id]);
  await expect.poll(() => page.messages.flatMap(({ shards }) => shards).length, WAIT).toBeGreaterThan(0);
  expect(page.messages.at(-1)).toMatchObject({ exact: true, counts: { cars: 1, free: 1, waiting_trips: 1 } });
  const other = await RiderPhone.register(
    world.service('dev-issuer-1').url,
    world.service('rider-api-1').url,
  );
  const after = await other.ride(DROPOFF, PICKUP);
  await expect.poll(tripIds, WAIT).toEqual([before.trip_id, after.trip_id]);
  await rider.post(`/v1/trips/${before.trip_id}/cancel`, {}, { 'idempotency-key': before.trip_id });
  await expect
    .poll(() => page.messages.flatMap(({ trips_gone: gone }) => gone), WAIT)
    .toEqual([before.trip_id]);
  await expect
    .poll(() => page.messages.flatMap(({ hexes }) => hexes?.cells.map(([, value]) => value) ?? []), WAIT)
    .toContain(1);
  page.show('price');
  await expect
    .poll(
      () => page.messages.findLast(({ hexes }) => hexes?.layer === 'price')?.hexes?.cells.length ?? 0,
      WAIT,
    )
    .toBeGreaterThan(0);
  page.hangUp();
});

test('a page that does not acknowledge gets no second update, and the next one after it does', async () => {
  const [slow, quick] = [new Page(await signedIn('operator')), new Page(await signedIn('operator'))];
  slow.isAcknowledging = false;
  for (const page of [slow, quick]) {
    expect(await page.opened).toBe(101);
    page.show();
  }
  const startMs = performance.now();
  await expect.poll(() => quick.messages.length, WAIT).toBe(3);
  expect(performance.now() - startMs).toBeGreaterThan(2_000);
  expect(slow.messages.map(({ update }) => update)).toEqual([1]);
  slow.acknowledge(1);
  await expect
    .poll(() => slow.messages.map(({ update }) => update), { timeout: TWO_UPDATES_MS })
    .toEqual([1, 2]);
  for (const page of [slow, quick]) page.hangUp();
});

describe('a socket is refused', () => {
  test('without a session, and with that of a rider, under whatever name', async () => {
    const { cookie = '', origin = '' } = await signedIn('rider', 'rider');
    expect(cookie).toContain('hailgrid_rider.0=');
    for (const cookies of ['', cookie, cookie.replaceAll('hailgrid_rider', 'hailgrid_console')])
      expect(await new Page({ cookie: cookies, origin }).opened).toBe(401);
  });

  test.each(['http://evil.example', 'null', undefined])('from a page of %s', async (origin) => {
    const { cookie = '' } = await signedIn('operator');
    expect(await new Page({ cookie, ...(origin !== undefined && { origin }) }).opened).toBe(403);
  });
});

test('a page that says something else is closed', async () => {
  const page = new Page(await signedIn('operator'));
  await page.opened;
  page.send({ type: 'view', bounds: [0, 1, 0, -1], layer: 'none' });
  await expect.poll(() => page.closed, WAIT).toEqual({ code: 1008, reason: 'invalid_request' });
});

test('the streets that the fleet has written are one line, for those who are signed in', async () => {
  const address = `${consoleService.url}/v1/console/streets`;
  expect((await fetch(address)).status).toBe(401);
  const { cookie = '' } = await signedIn('operator');
  const answer = await fetch(address, { headers: { cookie } });
  expect([answer.status, answer.headers.get('content-encoding')]).toEqual([200, 'gzip']);
  const line = [
    [-9.1393, 38.7223],
    [-9.1393, 38.7241],
    [-9.1413, 38.7241],
  ];
  expect(await answer.json()).toMatchObject({ features: [{ geometry: { coordinates: [line] } }] });
  const etag = answer.headers.get('etag')!;
  expect((await fetch(address, { headers: { cookie, 'if-none-match': etag } })).status).toBe(304);
  const plain = await fetch(address, { headers: { cookie, 'accept-encoding': 'identity' } });
  expect([plain.headers.get('content-encoding'), (await plain.text()).length > 100]).toEqual([null, true]);
});

test('riders and drivers get the streets by their own sessions, and only by those', async () => {
  const address = `${consoleService.url}/v1/console/streets`;
  for (const app of ['rider', 'driver'] as const) {
    const { cookie = '' } = await signedIn(app, app);
    const asked = async (query: string) => (await fetch(address + query, { headers: { cookie } })).status;
    expect([await asked(`?app=${app}`), await asked(''), await asked('?app=fleet')]).toEqual([200, 401, 400]);
  }
});
