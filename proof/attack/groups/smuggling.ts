import { newId } from '#libs/contracts';
import type { AttackCity } from '../city/attack-city.ts';
import { call, ESTRELA, personToken, QUOTE, ROSSIO } from '../city/people.ts';
import { outcome, refusedWith, type Attack } from '../runner/attack.ts';

const BAD = [400, 413, 415, 422];
const QUOTE_TEXT = JSON.stringify(QUOTE);

/** Bodies of `POST /v1/quotes` that must not give a quote. */
const QUOTES: Record<string, string> = {
  'prototype-member': `{"__proto__":{"product":"xl"},${QUOTE_TEXT.slice(1)}`,
  'constructor-member': `{"constructor":{"prototype":{"product":"xl"}},${QUOTE_TEXT.slice(1)}`,
  'unknown-member': JSON.stringify({ ...QUOTE, fare: { amount_minor: 1, currency: 'EUR' } }),
  'rider-id-of-another': JSON.stringify({ ...QUOTE, rider_id: newId('rider') }),
  'array-for-text': JSON.stringify({ ...QUOTE, product: ['standard'] }),
  'object-for-text': JSON.stringify({ ...QUOTE, product: { toString: 'standard' } }),
  'array-for-body': JSON.stringify([QUOTE]),
  'text-for-number': JSON.stringify({ ...QUOTE, pickup: { lat: '38.7139', lng: -9.1394 } }),
  'endless-number': QUOTE_TEXT.replace(String(ROSSIO.lat), '1e999'),
  'long-number': QUOTE_TEXT.replace(String(ROSSIO.lat), '9'.repeat(400)),
  'null-place': JSON.stringify({ ...QUOTE, pickup: null }),
  'two-documents': `${QUOTE_TEXT}${QUOTE_TEXT}`,
  'deep-nesting': `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
  'nul-byte': `\0${QUOTE_TEXT}`,
};

/** Bodies of `POST /v1/trips`. */
const TRIPS: Record<string, unknown> = {
  'id-of-another-kind': { quote_id: newId('trip') },
  'id-with-text-behind': { quote_id: `${newId('quote')}' OR '1'='1` },
  'id-in-capitals': { quote_id: newId('quote').toUpperCase() },
  'array-of-ids': { quote_id: [newId('quote'), newId('quote')] },
  'fare-of-the-rider': { quote_id: newId('quote'), fare: { amount_minor: 1, currency: 'EUR' } },
  'state-of-the-rider': { quote_id: newId('quote'), state: 'completed' },
};

const PATHS: Record<string, string> = {
  'id-of-a-quote': `/v1/trips/${newId('quote')}`,
  'path-upwards': `/v1/trips/..%2f..%2fhealth`,
  'nul-in-path': `/v1/trips/${newId('trip')}%00`,
  'broken-escape': '/v1/trips/%zz',
  'two-limits': '/v1/trips?limit=1&limit=2',
  'limit-of-billions': '/v1/trips?limit=1e9',
};

async function asRider(city: AttackCity, path: string, body: unknown): ReturnType<typeof call> {
  return call(city.urls.rider, path, {
    token: await personToken(city, 'rider'),
    body,
    headers: { 'idempotency-key': newId('event') },
  });
}

export const SMUGGLING: readonly Attack[] = [
  ...Object.entries(QUOTES).map(([id, body]) => ({
    id: `quote:${id}`,
    what: `Get a quote by an odd body: ${id}`,
    run: async (city: AttackCity) => refusedWith(BAD, await asRider(city, '/v1/quotes', body)),
  })),
  ...Object.entries(TRIPS).map(([id, body]) => ({
    id: `trip:${id}`,
    what: `Get a trip by an odd body: ${id}`,
    // A quote that nobody has gives 404, so 404 would not show that the body was refused.
    run: async (city: AttackCity) => refusedWith(BAD, await asRider(city, '/v1/trips', body)),
  })),
  ...Object.entries(PATHS).map(([id, path]) => ({
    id: `path:${id}`,
    what: `Read by an odd path: ${id}`,
    run: async (city: AttackCity) =>
      refusedWith(
        [400, 404],
        await call(city.urls.rider, path, { method: 'GET', token: await personToken(city, 'rider') }),
      ),
  })),
  {
    id: 'quote:member-twice',
    what: 'Have two readers of one body see two products, by a member that stands twice',
    run: async (city) => {
      const twice = `{"product":"premium",${QUOTE_TEXT.slice(1)}`;
      const { status, body } = await asRider(city, '/v1/quotes', twice);
      // One process reads the body, once: the last member counts, for the price as for the trip.
      const product = (body as { product?: string }).product;
      return outcome(status < 400 && product !== 'standard', { status, product });
    },
  },
  ...['', 'x'.repeat(201), 'two words', 'one, two'].map((key, index) => ({
    id: `key:${index + 1}`,
    what: 'Request a trip with a malformed idempotency key',
    run: async (city: AttackCity) =>
      refusedWith(
        [400],
        await call(city.urls.rider, '/v1/trips', {
          token: await personToken(city, 'rider'),
          body: { quote_id: newId('quote') },
          headers: { 'idempotency-key': key },
        }),
      ),
  })),
  {
    id: 'reused-key',
    what: 'Get a second trip by the idempotency key of the first',
    run: async (city) => {
      const token = await personToken(city, 'rider');
      const quote = async (): Promise<string> => {
        const { body } = await call(city.urls.rider, '/v1/quotes', {
          token,
          body: { ...QUOTE, dropoff: ESTRELA },
        });
        return (body as { quote_id: string }).quote_id;
      };
      const request = (quote_id: string) =>
        call(city.urls.rider, '/v1/trips', {
          token,
          body: { quote_id },
          headers: { 'idempotency-key': 'the-key' },
        });
      const [first, second] = [await quote(), await quote()];
      const trip = await request(first);
      if (trip.status !== 201) throw new Error(`not requested: ${JSON.stringify(trip.body)}`);
      const again = await request(second);
      await call(city.urls.rider, `/v1/trips/${(trip.body as { trip_id: string }).trip_id}/cancel`, {
        token,
      });
      return refusedWith([422], again);
    },
  },
];
