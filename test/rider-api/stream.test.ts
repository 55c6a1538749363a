import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { publishJson } from '#libs/bus';
import {
  newId,
  toTimestamp,
  trackSubject,
  type Quote,
  type RiderServerFrame,
  type RiderTrip,
  type TrackedPosition,
  type TripId,
} from '#libs/contracts';
import type { PhoneSocket } from '../phones/phone-socket.ts';
import type { RiderPhone } from '../phones/rider-phone.ts';
import { push } from './played-trips.ts';
import { DROPOFF, PICKUP, RiderWorld } from './world.ts';

/** The 30 s between two checks for lost pushes are 0.3 s at this speed. */
const WATCHFUL = { HAILGRID_LOST_PUSH_CHECK_MS: '300' };

type RiderSocket = PhoneSocket<RiderServerFrame>;

let world: RiderWorld;
let api: string;
let rider: RiderPhone;
let tripId: TripId;
const sockets: RiderSocket[] = [];

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
  rider = await world.rider(api);
  tripId = await requestTrip();
});

afterEach(async () => {
  await Promise.all(sockets.splice(0).map((socket) => socket.close()));
});

async function requestTrip(who = rider): Promise<TripId> {
  const route = { product: 'standard', pickup: PICKUP, dropoff: DROPOFF };
  const { body: quote } = await who.post<Quote>('/v1/quotes', route);
  const body = { quote_id: quote.quote_id };
  const trip = await who.post<RiderTrip>('/v1/trips', body, { 'idempotency-key': quote.quote_id });
  return trip.body.trip_id;
}

async function open(at = api, ticketFrom = at): Promise<RiderSocket> {
  const { socket } = await rider.connect(at, ticketFrom);
  sockets.push(socket);
  return socket;
}

/** Resolves when the server has answered everything it received before. */
async function settle(socket: RiderSocket): Promise<void> {
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

/** Publishes until received, since a subscription's start cannot be observed. */
async function driveUntilSeen(socket: RiderSocket): Promise<void> {
  await vi.waitFor(() => {
    drive();
    expect(socket.frames.some(({ type }) => type === 'driver_position')).toBe(true);
  });
  socket.frames.splice(0);
}

function seqs(socket: RiderSocket): (number | undefined)[] {
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

  test('are sent once and in order if pushes are lost, late or repeated', async () => {
    const socket = await open();
    const changes = [accept(), world.trips.change(tripId, 'arrived', { state: 'arrived' })];
    changes.push(world.trips.change(tripId, 'started', { state: 'in_progress' }));
    for (const index of [2, 1, 0, 2]) push(world.bus, changes[index]!);
    await vi.waitFor(() => expect(seqs(socket)).toEqual([2, 3, 4]));
    push(world.bus, world.trips.change(tripId, 'completed', { state: 'completed' }));
    await vi.waitFor(() => expect(seqs(socket)).toEqual([2, 3, 4, 5]));
  });

  test('of others are not received', async () => {
    const socket = await open();
    const other = await world.rider(api);
    push(world.bus, accept(await requestTrip(other)));
    push(world.bus, accept());
    await socket.next('trip');
    await settle(socket);
    expect(seqs(socket)).toEqual([]);
  });

  test('reach every socket of the rider, at any instance', async () => {
    const elsewhere = await world.startRiderApi();
    const both = [await open(), await open(elsewhere, api)];
    push(world.bus, accept());
    const frames = await Promise.all(both.map((socket) => socket.next('trip')));
    expect(frames.map(({ seq }) => seq)).toEqual([2, 2]);
  });

  test('whose push was lost are found by the periodic check', async () => {
    const watchful = await world.startRiderApi(WATCHFUL);
    const socket = await open(watchful);
    await settle(socket);
    accept();
    world.trips.change(tripId, 'rider_canceled', { state: 'rider_canceled' });
    await vi.waitFor(() => expect(seqs(socket)).toEqual([2, 3]), 5_000);
  });

  test('whose push NATS lost are delivered after its return', async () => {
    const socket = await open();
    await settle(socket);
    const [server] = world.nats.servers;
    server!.pause();
    await vi.waitFor(async () => expect((await fetch(`${api}/health/ready`)).status).toBe(503), 10_000);
    accept();
    server!.resume();
    await vi.waitFor(() => expect(seqs(socket)).toEqual([2]), 10_000);
  });

  test('that are malformed are dropped without effect', async () => {
    const socket = await open();
    world.bus.publish(`push.rider.${rider.riderId}`, 'not json');
    publishJson(world.bus, `push.rider.${rider.riderId}`, { event: {}, trip: {} });
    push(world.bus, accept());
    expect((await socket.next('trip')).seq).toBe(2);
  });
});

describe('resume', () => {
  test('returns all after the client’s last one', async () => {
    accept();
    world.trips.change(tripId, 'arrived', { state: 'arrived' });
    const socket = await open();
    socket.send({ type: 'resume', id: 'r1', data: { trips: [{ trip_id: tripId, last_seq: 1 }] } });
    expect(await socket.next('ack')).toMatchObject({ id: 'r1' });
    expect(seqs(socket)).toEqual([2, 3]);
  });

  test('of another rider’s trip is refused with the frame’s id; own ones are served', async () => {
    accept();
    const foreign = await requestTrip(await world.rider(api));
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

  test('with a bad member is answered by an error frame; the socket stays open', async () => {
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

  test('ends when the driver cancels', async () => {
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
  test('is closed for a retry if trips cannot be read', async () => {
    const socket = await open();
    await settle(socket);
    world.trips.change(tripId, 'offer_made', {});
    const afterIt = accept();
    const { closed } = socket;
    await world.stopTrips();
    push(world.bus, afterIt);
    expect(await closed).toEqual({ code: 1013, reason: 'resume' });
    await world.startTrips();
  });
});
