import type { Subscription } from '@nats-io/transport-node';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { serveJson } from '#libs/bus';
import {
  newId,
  pickupEtaRequest,
  pickupEtaSubject,
  quote as quoteSchema,
  riderTrip,
  type PickupEtaReply,
  type PickupEtaRequest,
  type Problem,
  type Quote,
  type RiderTrip,
  type TripPage,
} from '#libs/contracts';
import type { Answer } from '../phones/phone.ts';
import type { RiderPhone } from '../phones/rider-phone.ts';
import { tokenFor } from '../phones/tokens.ts';
import { DROPOFF, PICKUP, RiderWorld, SHARD } from './world.ts';

const QUOTE = { product: 'standard', pickup: PICKUP, dropoff: DROPOFF };

let world: RiderWorld;
let api: string;
let rider: RiderPhone;
const matchers: Subscription[] = [];

beforeAll(async () => {
  world = await RiderWorld.start();
  await world.startTrips();
  api = await world.startRiderApi();
  rider = await world.rider(api);
  await world.untilReady(api);
});

afterAll(async () => {
  await world.stop();
});

afterEach(() => {
  for (const matcher of matchers.splice(0)) matcher.unsubscribe();
});

/** A matcher with this answer to pickup ETA requests; returns the requests it gets. */
async function matcher(instance: string, answer: () => PickupEtaReply): Promise<PickupEtaRequest[]> {
  const asked: PickupEtaRequest[] = [];
  const subject = pickupEtaSubject(instance);
  const handle = (question: PickupEtaRequest): PickupEtaReply => {
    asked.push(question);
    return answer();
  };
  matchers.push(serveJson(world.bus, subject, pickupEtaRequest, handle, () => {}));
  await world.bus.flush();
  return asked;
}

function askQuote(body: unknown = QUOTE, who = rider): Promise<Answer<Quote>> {
  return who.post<Quote>('/v1/quotes', body);
}

async function requestTrip(who = rider): Promise<RiderTrip> {
  const { body: quote } = await askQuote(QUOTE, who);
  const headers = { 'idempotency-key': newId('event') };
  const { body, status } = await who.post<RiderTrip>('/v1/trips', { quote_id: quote.quote_id }, headers);
  expect(status).toBe(201);
  return body;
}

describe('a quote', () => {
  test('has the fare, the times and an expiry', async () => {
    const asked = await matcher('matcher-1', () => ({ result: 'eta', pickup_eta_s: 90 }));
    const { status, body } = await askQuote();
    expect(status).toBe(201);
    expect(quoteSchema.parse(body)).toMatchObject({ ...QUOTE, pickup_eta_s: 90 });
    // Straight line 1668 m north and 867 m east; 1.3 times that, at 7 m/s; 250 + 110 per km + 35 per minute.
    expect(body).toMatchObject({ distance_m: 2444, trip_s: 349 });
    expect(body.fare).toEqual({ amount_minor: 722, currency: 'USD' });
    expect(Date.parse(body.expires_at) - Date.parse(body.created_at)).toBe(120_000);
    expect(asked).toEqual([{ shard: SHARD, epoch: 1, pickup: PICKUP, product: 'standard' }]);
  });

  test('does not pass on a pickup time that is finer than its steps', async () => {
    const asked = await matcher('matcher-1', () => ({ result: 'eta', pickup_eta_s: 93.4 }));
    expect((await askQuote()).body.pickup_eta_s).toBeNull();
    expect(asked).toHaveLength(1);
  });

  test('has no pickup ETA if no matcher listens', async () => {
    const { status, body } = await askQuote();
    expect([status, body.pickup_eta_s]).toEqual([201, null]);
  });

  test('does not wait for a matcher that listens and never answers', async () => {
    const asked: string[] = [];
    const hung = world.bus.subscribe(pickupEtaSubject('matcher-1'), {
      callback: (_, { subject }) => void asked.push(subject),
    });
    matchers.push(hung);
    await world.bus.flush();
    const { status, body } = await askQuote();
    expect([status, body.pickup_eta_s]).toEqual([201, null]);
    expect(asked).toHaveLength(1);
  });

  test('asks the new owner once if the shard has moved, and remembers it', async () => {
    const moved = { shard: SHARD, epoch: 5, owner: 'matcher-2' };
    world.trips.map = world.trips.map.merge([moved]).map;
    const first = await matcher('matcher-1', () => ({ result: 'moved', claim: moved }));
    const second = await matcher('matcher-2', () => ({ result: 'eta', pickup_eta_s: 60 }));
    expect((await askQuote()).body.pickup_eta_s).toBe(60);
    expect((await askQuote()).body.pickup_eta_s).toBe(60);
    expect([first.length, second.map(({ epoch }) => epoch)]).toEqual([1, [5, 5]]);
  });

  test('is not forwarded in circles', async () => {
    const asked = await matcher('matcher-2', () => ({
      result: 'moved',
      claim: { shard: SHARD, epoch: 4, owner: 'matcher-1' },
    }));
    const { status, body } = await askQuote();
    expect([status, body.pickup_eta_s]).toEqual([201, null]);
    expect(asked).toHaveLength(2);
  });

  test.each([
    ['pickup', { ...QUOTE, pickup: { lat: 38.9, lng: -9.14 } }],
    ['dropoff', { ...QUOTE, dropoff: { lat: 38.72, lng: -9.3 } }],
  ])('is refused if the %s lies outside', async (member, body) => {
    const answer = await rider.post<Problem>('/v1/quotes', body);
    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({
      code: 'outside_service_area',
      issues: [{ pointer: `/${member}` }],
    });
  });

  test('is refused in the area but outside every shard', async () => {
    const pickup = { lat: 38.744, lng: -9.159 };
    const answer = await rider.post<Problem>('/v1/quotes', { ...QUOTE, pickup });
    expect(answer.body).toMatchObject({ code: 'outside_service_area', issues: [{ pointer: '/pickup' }] });
  });

  test('is refused from a place to itself', async () => {
    const dropoff = { lat: PICKUP.lat + 0.0001, lng: PICKUP.lng };
    const answer = await rider.post<Problem>('/v1/quotes', { ...QUOTE, dropoff });
    expect([answer.status, answer.body.code]).toEqual([422, 'route_too_short']);
  });

  test.each([
    ['/pickup/lat', { ...QUOTE, pickup: { lat: 91, lng: 0 } }],
    ['/dropoff/lng', { ...QUOTE, dropoff: { lat: 0, lng: 'east' } }],
    ['/product', { ...QUOTE, product: 'helicopter' }],
    ['/dropoff', { product: 'standard', pickup: PICKUP }],
  ])('names %s if that is wrong', async (pointer, body) => {
    const answer = await rider.post<Problem>('/v1/quotes', body);
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid_request']);
    expect(answer.body.issues?.[0]?.pointer).toBe(pointer);
  });

  test('is available for each listed product', async () => {
    const { body } = await rider.get<{ data: { product: string }[] }>('/v1/products');
    expect(body.data.map(({ product }) => product)).toEqual(['standard', 'xl', 'premium']);
    const fares = await Promise.all(
      body.data.map(async ({ product }) => (await askQuote({ ...QUOTE, product })).body.fare.amount_minor),
    );
    expect(fares).toEqual(fares.toSorted((a, b) => a - b));
  });
});

describe('a trip', () => {
  test('is requested once, however often the request is repeated under one key', async () => {
    const { body: quote } = await askQuote();
    const ask = (body: unknown) =>
      rider.post<RiderTrip & Problem>('/v1/trips', body, { 'idempotency-key': 'once' });
    const [first, again] = [await ask({ quote_id: quote.quote_id }), await ask({ quote_id: quote.quote_id })];
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.body).toEqual(first.body);
    expect(riderTrip.parse(first.body)).toMatchObject({ state: 'processing', quote_id: quote.quote_id });
    const other = await ask({ quote_id: newId('quote') });
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused']);
  });

  test('is not requested without a usable key', async () => {
    const body = { quote_id: newId('quote') };
    const without = await rider.post<Problem>('/v1/trips', body);
    expect([without.status, without.body.code]).toEqual([400, 'idempotency_key_required']);
    const tooLong = await rider.post<Problem>('/v1/trips', body, { 'idempotency-key': 'x'.repeat(201) });
    expect([tooLong.status, tooLong.body.code]).toEqual([400, 'invalid_request']);
  });

  test('is shown to its rider without internal fields', async () => {
    const trip = await requestTrip();
    world.trips.change(trip.trip_id, 'offer_declined', { excluded_driver_ids: [newId('driver')] });
    const { body } = await rider.get<Record<string, unknown>>(`/v1/trips/${trip.trip_id}`);
    expect(Object.keys(body)).not.toEqual(expect.arrayContaining(['excluded_driver_ids']));
    expect(body).not.toHaveProperty('offer');
    expect(body).not.toHaveProperty('rider_id');
  });

  test('answers 304 until it changes', async () => {
    const { trip_id } = await requestTrip();
    const path = `/v1/trips/${trip_id}`;
    const first = await rider.get<RiderTrip>(path);
    const etag = first.headers.get('etag')!;
    expect([first.status, etag]).toEqual([200, 'W/"1"']);
    const same = await rider.get<RiderTrip>(path, { 'if-none-match': etag });
    expect([same.status, same.body, same.headers.get('etag')]).toEqual([304, undefined, etag]);
    world.trips.change(trip_id, 'no_drivers_available', { state: 'no_drivers_available' });
    const changed = await rider.get<RiderTrip>(path, { 'if-none-match': etag });
    expect([changed.status, changed.body.state]).toEqual([200, 'no_drivers_available']);
  });

  test('of another rider does not exist', async () => {
    const { trip_id } = await requestTrip(await world.rider(api));
    const path = `/v1/trips/${trip_id}`;
    const [read, canceled] = [await rider.get<Problem>(path), await rider.post<Problem>(`${path}/cancel`)];
    expect([read.status, read.body.code]).toEqual([404, 'trip_not_found']);
    expect([canceled.status, canceled.body.code]).toEqual([404, 'trip_not_found']);
  });

  test.each(['trip_1', newId('rider'), '..%2f..'])('is not looked for under "%s"', async (id) => {
    const { status, body } = await rider.get<Problem>(`/v1/trips/${id}`);
    expect([status, body.code, body.issues?.[0]?.pointer]).toEqual([400, 'invalid_request', '/trip_id']);
  });

  test('is canceled with or without a reason, until the ride has begun', async () => {
    const [first, second, third] = [await requestTrip(), await requestTrip(), await requestTrip()];
    const bare = await rider.post<RiderTrip>(`/v1/trips/${first.trip_id}/cancel`);
    expect([bare.status, bare.body.state]).toEqual([200, 'rider_canceled']);
    const reason = await rider.post<RiderTrip>(`/v1/trips/${second.trip_id}/cancel`, {
      reason: 'rain',
    });
    expect([reason.status, reason.body.cancel_reason]).toEqual([200, 'rain']);
    world.trips.change(third.trip_id, 'started', { state: 'in_progress' });
    const late = await rider.post<Problem>(`/v1/trips/${third.trip_id}/cancel`, {});
    expect([late.status, late.body.code]).toEqual([409, 'illegal_transition']);
  });
});

describe('own trips', () => {
  test('come page by page, newest first, each once, without those of others', async () => {
    const [mine, other] = [await world.rider(api), await world.rider(api)];
    const requested: string[] = [];
    for (let count = 0; count < 5; count++) {
      requested.push((await requestTrip(mine)).trip_id);
      await requestTrip(other);
    }
    const seen: string[] = [];
    let cursor: string | null = '';
    const sizes: number[] = [];
    while (cursor !== null) {
      const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const { body }: Answer<TripPage> = await mine.get<TripPage>(`/v1/trips?limit=2${query}`);
      sizes.push(body.data.length);
      seen.push(...body.data.map(({ trip_id }) => trip_id));
      cursor = body.next_cursor;
    }
    expect(sizes).toEqual([2, 2, 1]);
    expect(seen).toEqual(requested.toReversed());
  });

  test.each(['limit=0', 'limit=101', 'limit=many', 'cursor=abc', 'offset=3'])('refuse ?%s', async (query) => {
    const { status, body } = await rider.get<Problem>(`/v1/trips?${query}`);
    expect([status, body.code]).toEqual([400, 'invalid_request']);
  });
});

describe('access', () => {
  test('needs a token', async () => {
    const answer = await fetch(`${api}/v1/trips`);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    expect(((await answer.json()) as Problem).code).toBe('unauthenticated');
  });

  test('is refused to drivers', async () => {
    const authorization = `Bearer ${await tokenFor(world.issuer, 'driver')}`;
    const answer = await fetch(`${api}/v1/trips`, { headers: { authorization } });
    expect(((await answer.json()) as Problem).code).toBe('forbidden');
  });

  test('returns the request id', async () => {
    const { headers } = await rider.get('/v1/products', { 'x-request-id': 'call-7' });
    expect(headers.get('x-request-id')).toBe('call-7');
  });

  test.each(['/openapi.json', '/asyncapi.json'])('serves %s without a token', async (path) => {
    const answer = await fetch(api + path);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toHaveProperty('info.title', 'Hailgrid rider API');
  });

  test('counts requests', async () => {
    const metrics = await (await fetch(`${api}/metrics`)).text();
    expect(metrics).toMatch(/hailgrid_quotes_total\{pickup_eta="known".*\} [1-9]/);
    expect(metrics).toMatch(/hailgrid_trip_requests_total\{.*\} [1-9]/);
  });
});

describe('without trips', () => {
  test('a rider-api is not ready and gives no quotes until it has a shard map', async () => {
    await world.stopTrips();
    const late = await world.startRiderApi();
    const ready = await fetch(`${late}/health/ready`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({ checks: { shard_map: 'not read yet', nats: 'ok' } });
    const refused = await rider.post<Problem>(`${late}/v1/quotes`, QUOTE);
    expect([refused.status, refused.body.code]).toEqual([503, 'unavailable']);
    expect(refused.headers.get('retry-after')).toBe('1');

    const known = await rider.post<Problem>('/v1/quotes', QUOTE);
    expect([known.status, known.body.code]).toEqual([503, 'unavailable']);

    await world.startTrips();
    await vi.waitFor(
      async () => expect((await rider.post(`${late}/v1/quotes`, QUOTE)).status).toBe(201),
      10_000,
    );
    expect((await fetch(`${late}/health/ready`)).status).toBe(200);
  });
});
