import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { HailgridDriver, HailgridProblem, HailgridRider, type DriverOffer, type OnlineRequest } from '#sdk';
import { ESTRELA, ROSSIO, TestCity } from '../city/test-city.ts';
import { onlineBody } from '../phones/driver-phone.ts';
import { tokenFor } from '../phones/tokens.ts';

/** Sockets that the test can cut, as a tunnel does. */
class CutSocket extends WebSocket {
  static readonly open = new Set<CutSocket>();
  /** Frames with this text are lost on the way, and the connection with them. */
  static loses: string | undefined;

  constructor(url: string, protocols: string) {
    super(url, protocols);
    CutSocket.open.add(this);
    this.on('error', () => undefined);
  }

  override send(data: string): void {
    super.send(data);
    if (CutSocket.loses === undefined || !data.includes(CutSocket.loses)) return;
    CutSocket.loses = undefined;
    this.terminate();
  }

  static cutAll(): void {
    for (const socket of CutSocket.open) socket.terminate();
    CutSocket.open.clear();
  }
}

let city: TestCity;

beforeAll(async () => {
  city = await TestCity.start();
});
afterAll(() => city.stop());

async function optionsOf(role: 'rider' | 'driver') {
  const token = await tokenFor(city.url('dev-issuer-1'), role);
  return { url: city.url(`${role}-api-1`), token: () => token, WebSocket: CutSocket };
}

test('a ride over connections that break: each change comes once and in order, each step is made once', async () => {
  const rider = new HailgridRider(await optionsOf('rider'));
  const driver = new HailgridDriver(await optionsOf('driver'));
  const problems: HailgridProblem[] = [];
  driver.on('problem', (problem) => problems.push(problem));
  const offered = new Promise<DriverOffer>((resolve) => driver.on('offer', resolve));
  const seen: [number, string][] = [];
  rider.on('trip', ({ event, trip }) => seen.push([trip.seq, event]));
  await Promise.all([rider.connect(), driver.connect()]);
  await driver.goOnline(onlineBody as OnlineRequest);
  driver.sendPosition(ROSSIO);
  const pings = setInterval(() => driver.sendPosition(ROSSIO), 500);
  try {
    const quote = await rider.quote({ product: 'standard', pickup: ROSSIO, dropoff: ESTRELA });
    const key = { idempotencyKey: 'ride-over-tunnels' };
    const trip = await rider.requestTrip(quote.quote_id, key);
    expect((await rider.requestTrip(quote.quote_id, key)).trip_id).toBe(trip.trip_id);
    const offer = await offered;
    expect(offer.trip_id).toBe(trip.trip_id);

    // The answer of `accept` is lost with the socket: the same key goes by REST.
    CutSocket.loses = '"type":"accept"';
    expect(await driver.accept(offer.offer_id)).toMatchObject({ trip_id: trip.trip_id, state: 'accepted' });
    CutSocket.cutAll();
    expect((await rider.waitFor(trip.trip_id, ({ state }) => state === 'accepted')).driver).not.toBeNull();
    await driver.arrive(trip.trip_id);
    CutSocket.cutAll();
    await driver.start(trip.trip_id);
    await driver.complete(trip.trip_id);
    expect(await rider.waitFor(trip.trip_id)).toMatchObject({ state: 'completed', seq: 6 });

    const changes = seen.filter(([seq]) => seq > 1);
    expect(changes).toEqual([
      [2, 'offer_made'],
      [3, 'accepted'],
      [4, 'arrived'],
      [5, 'started'],
      [6, 'completed'],
    ]);
    expect(problems.filter(({ code }) => code !== 'network')).toEqual([]);
    const [{ data: page }] = await Promise.all([rider.trips({ limit: 1 }), driver.goOffline()]);
    expect(page.map(({ trip_id: id }) => id)).toEqual([trip.trip_id]);
    expect(Math.abs(rider.clockOffsetMs)).toBeLessThan(5_000);
  } finally {
    clearInterval(pings);
    rider.close();
    driver.close();
  }
});

test('an offer that was declined goes away, and a trip that was canceled ends', async () => {
  const rider = new HailgridRider(await optionsOf('rider'));
  const driver = new HailgridDriver(await optionsOf('driver'));
  const offered = new Promise<DriverOffer>((resolve) => driver.on('offer', resolve));
  await Promise.all([rider.connect(), driver.connect()]);
  await driver.goOnline(onlineBody as OnlineRequest);
  await driver.sendPositions([ROSSIO]);
  const quote = await rider.quote({ product: 'standard', pickup: ROSSIO, dropoff: ESTRELA });
  const trip = await rider.requestTrip(quote.quote_id);
  await driver.decline((await offered).offer_id);
  const ended = rider.waitFor(trip.trip_id);
  await rider.cancelTrip(trip.trip_id, 'found a bicycle');
  expect(await ended).toMatchObject({ state: 'rider_canceled', cancel_reason: 'found a bicycle' });
  await expect(driver.accept('offer_01k3q8v5mce9ts9wz2hbhvdz1q')).rejects.toMatchObject({
    name: 'HailgridProblem',
    code: 'offer_not_found',
  });
  await driver.goOffline();
  expect((await driver.view()).status).toBe('offline');
  expect(() => driver.sendPosition(ROSSIO)).toThrow(HailgridProblem);
  for (const client of [rider, driver]) client.close();
  await expect(rider.waitFor('trip_01k3q8v5mce9ts9wz2hbhvdz1q')).rejects.toMatchObject({ code: 'stopped' });
});
