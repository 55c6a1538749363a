import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { publishJson } from '#libs/bus';
import {
  newId,
  toTimestamp,
  trackSubject,
  type Quote,
  type RiderTrip,
  type TrackedPosition,
  type TripId,
} from '#libs/contracts';
import { push } from './played-trips.ts';
import { TestSocket } from './test-socket.ts';
import { DROPOFF, PICKUP, RiderWorld, type TestRider } from './world.ts';

/** Thirty seconds between two checks for lost pushes are 0.3 s at this speed. */
const FAST = { HAILGRID_CLOCK_SPEED: '100', HAILGRID_CLOCK_ORIGIN_MS: String(Date.now()) };

let world: RiderWorld;
let api: string;
let rider: TestRider;
let tripId: TripId;
const sockets: TestSocket[] = [];

beforeAll(async () => {
  world = await RiderWorld.start();
  await world.startTrips();
  api = await world.startRiderApi();
  await world.untilReady(api);
});

afterAll(async () => {
  await world.stop();
});

beforeEach(async () => {
  rider = await world.rider();
  tripId = await requestTrip();
});

afterEach(async () => {
  await Promise.all(sockets.splice(0).map((socket) => socket.close()));
});

async function requestTrip(who = rider): Promise<TripId> {
  const route = { product: 'standard', pickup: PICKUP, dropoff: DROPOFF };
  const { body: quote } = await who.post<Quote>(api, '/v1/quotes', route);
  const body = { quote_id: quote.quote_id };
  const trip = await who.post<RiderTrip>(api, '/v1/trips', body, { 'idempotency-key': quote.quote_id });
  return trip.body.trip_id;
}

async function open(at = api, ticketFrom = at): Promise<TestSocket> {
  const socket = await TestSocket.open(rider, at, ticketFrom);
  sockets.push(socket);
  return socket;
}

/** Everything the server was sent before this it has answered after it. */
async function settle(socket: TestSocket): Promise<void> {
  socket.send({ type: 'resume', id: 'settle', data: { trips: [] } });
  await vi.waitFor(() => expect(socket.frames).toContainEqual({ type: 'ack', id: 'settle', data: {} }));
  await socket.next('ack');
}

function accept(id = tripId) {
  const vehicle = { plate: 'AA-00-BB', make: 'Seat', model: 'Leon', color: 'grey' };
  const driver = { driver_id: newId('driver'), vehicle, pickup_eta_s: 60 };
  return world.trips.change(id, 'accepted', {
    state: 'accepted',
    driver,
    accepted_at: toTimestamp(Date.now()),
  });
}

function drive(id = tripId): TrackedPosition {
  const position = { trip_id: id, point: PICKUP, heading_deg: 90, recorded_at: toTimestamp(Date.now()) };
  publishJson(world.bus, trackSubject(id), position);
  return position;
}

/** Publishes until it is heard, since nobody says when a subscription stands. */
async function driveUntilSeen(socket: TestSocket): Promise<void> {
  await vi.waitFor(() => {
    drive();
    expect(socket.frames.some(({ type }) => type === 'driver_position')).toBe(true);
  });
  socket.frames.splice(0);
}

function seqs(socket: TestSocket): (number | undefined)[] {
  return socket.frames.filter(({ type }) => type === 'trip').map(({ seq }) => seq);
}

describe('changes', () => {
  test('come as they are committed, with their sequence number', async () => {
    const socket = await open();
    push(world.bus, accept());
    const frame = await socket.next('trip');
    expect(frame).toMatchObject({
      seq: 2,
      data: { event: 'accepted', trip: { trip_id: tripId, state: 'accepted' } },
    });
    expect(frame.data.trip).not.toHaveProperty('excluded_driver_ids');
  });

  test('of a trip that is requested while the socket is open come from the first on', async () => {
    const socket = await open();
    const second = await requestTrip();
    push(world.bus, accept(second));
    await vi.waitFor(() => expect(seqs(socket)).toEqual([1, 2]));
  });

  test('are sent once and in order where pushes are lost, late or repeated', async () => {
    const socket = await open();
    const changes = [accept(), world.trips.change(tripId, 'arrived', { state: 'arrived' })];
    changes.push(world.trips.change(tripId, 'started', { state: 'in_progress' }));
    for (const index of [2, 1, 0, 2]) push(world.bus, changes[index]!);
    await vi.waitFor(() => expect(seqs(socket)).toEqual([2, 3, 4]));
    push(world.bus, world.trips.change(tripId, 'completed', { state: 'completed' }));
    await vi.waitFor(() => expect(seqs(socket)).toEqual([2, 3, 4, 5]));
  });

  test('of others are not heard', async () => {
    const socket = await open();
    const other = await world.rider();
    push(world.bus, accept(await requestTrip(other)));
    push(world.bus, accept());
    await socket.next('trip');
    await settle(socket);
    expect(seqs(socket)).toEqual([]);
  });

  test('reach every socket of the rider, at whatever instance', async () => {
    const elsewhere = await world.startRiderApi();
    const both = [await open(), await open(elsewhere, api)];
    push(world.bus, accept());
    const frames = await Promise.all(both.map((socket) => socket.next('trip')));
    expect(frames.map(({ seq }) => seq)).toEqual([2, 2]);
  });

  test('whose push was lost are found by looking now and then', async () => {
    const fast = await world.startRiderApi(FAST);
    const socket = await open(fast);
    await settle(socket);
    accept();
    world.trips.change(tripId, 'rider_canceled', { state: 'rider_canceled' });
    await vi.waitFor(() => expect(seqs(socket)).toEqual([2, 3]), 5_000);
  });

  test('whose push NATS lost are made up for when it is back', async () => {
    const socket = await open();
    await settle(socket);
    const [server] = world.nats.servers;
    server!.pause();
    await vi.waitFor(async () => expect((await fetch(`${api}/health/ready`)).status).toBe(503), 10_000);
    accept();
    server!.resume();
    await vi.waitFor(() => expect(seqs(socket)).toEqual([2]), 10_000);
  });

  test('that do not have the expected form are dropped and harm nobody', async () => {
    const socket = await open();
    world.bus.publish(`push.rider.${rider.id}`, 'not json');
    publishJson(world.bus, `push.rider.${rider.id}`, { event: {}, trip: {} });
    push(world.bus, accept());
    expect((await socket.next('trip')).seq).toBe(2);
  });
});

describe('resume', () => {
  test('brings all after the last one that the client has', async () => {
    accept();
    world.trips.change(tripId, 'arrived', { state: 'arrived' });
    const socket = await open();
    socket.send({ type: 'resume', id: 'r1', data: { trips: [{ trip_id: tripId, last_seq: 1 }] } });
    expect(await socket.next('ack')).toMatchObject({ id: 'r1' });
    expect(seqs(socket)).toEqual([2, 3]);
  });

  test('of another rider’s trip is refused with the frame’s id; own ones are served', async () => {
    accept();
    const foreign = await requestTrip(await world.rider());
    const socket = await open();
    const trips = [
      { trip_id: foreign, last_seq: 0 },
      { trip_id: tripId, last_seq: 1 },
    ];
    socket.send({ type: 'resume', id: 'r2', data: { trips } });
    expect(await socket.next('error')).toMatchObject({
      id: 'r2',
      data: { code: 'trip_not_found', status: 404 },
    });
    expect(seqs(socket)).toEqual([2]);
    expect(socket.frames.some(({ type }) => type === 'ack')).toBe(false);
  });

  test('with a bad member is answered by an error frame; the socket lives on', async () => {
    const socket = await open();
    socket.send({ type: 'resume', id: 'r3', data: { trips: [{ trip_id: 'trip_1', last_seq: 0 }] } });
    expect(await socket.next('error')).toMatchObject({ id: 'r3', data: { code: 'invalid_request' } });
    push(world.bus, accept());
    expect((await socket.next('trip')).seq).toBe(2);
  });
});

describe('the driver’s position', () => {
  test('is shown from acceptance to the end of the ride, and not a moment longer', async () => {
    const socket = await open();
    drive();
    await settle(socket);
    expect(socket.frames).toEqual([]);

    push(world.bus, accept());
    await socket.next('trip');
    await driveUntilSeen(socket);

    push(world.bus, world.trips.change(tripId, 'completed', { state: 'completed' }));
    await socket.next('trip');
    socket.frames.splice(0);
    drive();
    await settle(socket);
    expect(socket.frames).toEqual([]);
  });

  test('ends where the driver gives the trip back', async () => {
    const socket = await open();
    push(world.bus, accept());
    await socket.next('trip');
    await driveUntilSeen(socket);
    push(world.bus, world.trips.change(tripId, 'driver_redispatched', { state: 'processing', driver: null }));
    await socket.next('trip');
    socket.frames.splice(0);
    drive();
    await settle(socket);
    expect(socket.frames).toEqual([]);
  });

  test('is shown again after a reconnect, without a resume', async () => {
    accept();
    const socket = await open();
    await driveUntilSeen(socket);
    expect(seqs(socket)).toEqual([]);
  });
});

describe('the socket', () => {
  test('is closed for another try where trips cannot be read', async () => {
    const socket = await open();
    await settle(socket);
    world.trips.change(tripId, 'offer_made', {});
    const afterIt = accept();
    const closed = socket.closed();
    await world.stopTrips();
    push(world.bus, afterIt);
    expect(await closed).toEqual({ code: 1013, reason: 'resume' });
    await world.startTrips();
  });
});
