import { newId, type Product, type RiderTrip, type Role, type Scope } from '#libs/contracts';
import { METERS_PER_DEGREE, type Point } from '#libs/geo';
import { TestDriver } from '../../../test/city/test-driver.ts';
import { DriverPhone, onlineBody } from '../../../test/phones/driver-phone.ts';
import { RiderPhone } from '../../../test/phones/rider-phone.ts';
import { tokenFor } from '../../../test/phones/tokens.ts';
import type { Clock } from '#libs/service';
import type { AttackCity } from './attack-city.ts';

/** Service time is wall time here. Phones only read it. */
export const WALL_CLOCK: Clock = {
  speed: 1,
  now: () => Date.now(),
  after: unused,
  every: unused,
  sleep: unused,
};

function unused(): never {
  throw new Error('phones do not wait by the clock');
}

/** Two places in central Lisbon, about 1.5 km apart. */
export const ROSSIO: Point = { lat: 38.7139, lng: -9.1394 };
export const ESTRELA: Point = { lat: 38.7135, lng: -9.1567 };
/** A quote that any rider may ask for. */
export const QUOTE = { product: 'standard', pickup: ROSSIO, dropoff: ESTRELA };
/** A reason that operators give. */
export const REASON = { reason_code: 'attack' };

export interface Answer {
  status: number;
  headers: Headers;
  /** Parsed JSON, or the text. */
  body: unknown;
}

export interface Call {
  method?: string;
  token?: string | undefined;
  /** Objects are sent as JSON, text as it is. */
  body?: unknown;
  headers?: Record<string, string>;
}

/** One HTTP request. */
export async function call(
  base: string,
  path: string,
  { method = 'POST', token, body, headers }: Call = {},
): Promise<Answer> {
  const response = await fetch(base + path, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: parsed(text) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export function riderOf({ urls }: AttackCity): Promise<RiderPhone> {
  return RiderPhone.register(urls.issuer, urls.rider);
}

/** A driver who is online at this place and sends pings from there. */
export async function driverAt(
  { urls }: AttackCity,
  place: Point,
  product: Product = 'standard',
): Promise<TestDriver> {
  const phone = await DriverPhone.register(urls.issuer, urls.driver, WALL_CLOCK);
  await phone.connect();
  return new TestDriver(phone, await goOnline(phone, product), place);
}

/** Goes online over the phone's socket; returns the session. */
export async function goOnline(phone: DriverPhone, product: Product = 'standard'): Promise<number> {
  const { data } = await phone.ask('online', { ...onlineBody, product });
  const session = 'driver' in data ? data.driver?.session : undefined;
  if (typeof session !== 'number') throw new Error(`not online: ${JSON.stringify(data)}`);
  return session;
}

/** Quotes and requests a ride; throws unless it is acknowledged. */
export async function ride(
  rider: RiderPhone,
  pickup: Point = ROSSIO,
  dropoff: Point = ESTRELA,
  product: Product = 'standard',
): Promise<RiderTrip> {
  const { body: quote } = await rider.post<{ quote_id: string }>('/v1/quotes', { product, pickup, dropoff });
  const { status, body: trip } = await rider.requestTrip(quote.quote_id, newId('event'));
  if (status !== 201) throw new Error(`not requested: ${JSON.stringify([quote, trip])}`);
  return trip;
}

/** Cancels a trip, so that no driver of a later attack gets it. */
export async function cancel(rider: RiderPhone, trip: { trip_id: string }): Promise<void> {
  const { status, body } = await rider.post(`/v1/trips/${trip.trip_id}/cancel`);
  if (status !== 200) throw new Error(`not cancelled: ${JSON.stringify(body)}`);
}

export async function operatorToken({ urls }: AttackCity, scopes?: readonly Scope[]): Promise<string> {
  const { body } = await call(urls.issuer, '/v1/tokens', { body: { role: 'operator', scopes } });
  return (body as { token: string }).token;
}

export function personToken(
  { urls }: AttackCity,
  role: Role,
  subject?: string,
  ttlS?: number,
): Promise<string> {
  return tokenFor(urls.issuer, role, subject, ttlS);
}

/** The place so many metres to the east and the north. */
export function eastNorth({ lat, lng }: Point, eastM: number, northM: number): Point {
  const perDegreeM = METERS_PER_DEGREE * Math.cos((lat * Math.PI) / 180);
  return { lat: lat + northM / METERS_PER_DEGREE, lng: lng + eastM / perDegreeM };
}
