import { afterAll, beforeAll, expect, test } from 'vitest';
import { cancelTrip } from '#libs/contracts';
import { systemClock } from '#libs/service';
import { temporaryDirectory } from '../../dev/process/temporary-directory.ts';
import { startService, type RunningService } from '../../dev/services/start-service.ts';
import { PLAYED_PEOPLE } from '../../dev/services/service-environment.ts';
import { BUILT_IN_AREA, startServices, type TestWorld } from '../../dev/test-world/index.ts';
import { DispatchDesk } from './dispatch-desk.ts';
import { DriverPhone } from '../phones/driver-phone.ts';
import { PositionEar } from './position-ear.ts';
import { SeverableLine } from '../../dev/network/severable-line.ts';

const PICKUP = { lat: 38.7223, lng: -9.1393 };
const DROPOFF = { lat: 38.71, lng: -9.13 };
const clock = systemClock();
const directory = temporaryDirectory('lost-bus');

let world: TestWorld;
let desk: DispatchDesk;
let ear: PositionEar;
let line: SeverableLine;
let driverApi: RunningService;

beforeAll(async () => {
  world = await startServices(['dev-issuer', 'trips'], { env: PLAYED_PEOPLE });
  desk = await DispatchDesk.open(world.nats.urls, clock);
  ear = await PositionEar.open(world.nats.urls);
  line = await SeverableLine.to(world.nats.urls[0]!);
  driverApi = await startService({
    app: 'driver-api',
    instance: 'driver-api-1',
    httpPort: 0,
    system: {
      natsUrls: [line.url],
      natsSeeds: world.nats.seeds,
      postgresUrls: [],
      issuerUrl: world.service('dev-issuer-1').url,
      serviceArea: BUILT_IN_AREA,
    },
    directory: directory.path,
  });
});

afterAll(async () => {
  await driverApi?.child.stop();
  line?.close();
  await desk?.close();
  await ear?.close();
  await world?.stop();
  directory.remove();
});

async function readiness(): Promise<number> {
  return (await fetch(`${driverApi.url}/health/ready`)).status;
}

test('events committed during a NATS outage reach the driver after it', async () => {
  const phone = await DriverPhone.register(world.service('dev-issuer-1').url, driverApi.url, clock);
  await phone.connect();
  const session = await phone.online();
  phone.send({ type: 'position', data: phone.ping(session, PICKUP.lat, PICKUP.lng) });
  await ear.until(phone.driverId, ({ seq }) => seq === 1);
  const { tripId, riderId } = await desk.requestTrip(PICKUP, DROPOFF);
  await desk.offer(tripId, phone.driverId, PICKUP);
  const offer = await phone.next('offer');
  await phone.ask('accept', { offer_id: offer.data.offer_id });
  await ear.until(phone.driverId, ({ status }) => status === 'on_trip');

  line.cut();
  await expect.poll(readiness, { timeout: 20_000 }).toBe(503);
  phone.send({ type: 'position', data: phone.ping(session, PICKUP.lat, PICKUP.lng) });
  const unreachable = await phone.ask('arrived', { trip_id: tripId });
  expect(unreachable).toMatchObject({ type: 'error', data: { code: 'unavailable' } });
  await desk.commands.call(cancelTrip, { rider_id: riderId, trip_id: tripId });
  line.mend();

  const welcome = await phone.next('welcome');
  expect(welcome.data.driver).toMatchObject({ status: 'free', session, trip: null });
  await ear.until(phone.driverId, ({ status, statusVersion }) => status === 'free' && statusVersion > 2);
  const next = phone.ping(session, PICKUP.lat, PICKUP.lng);
  phone.send({ type: 'position', data: next });
  await ear.until(phone.driverId, ({ seq }) => seq === next.seq);
  expect(await readiness()).toBe(200);
});
