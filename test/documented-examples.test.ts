import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { HTTP_ROUTES, newId, openApiDocument, toTimestamp, type HttpRoute } from '#libs/contracts';
import { Stage } from './idempotency/stage.ts';
import { onlineBody } from './phones/driver-phone.ts';
import type { Answer, Phone } from './phones/phone.ts';

type AnyPhone = Pick<Phone<never>, 'get' | 'post' | 'delete'>;

/** Who makes a call, and which of the objects that its example names there really are. */
interface Scene {
  phone: AnyPhone;
  /** Base URL, unless it is that of the phone. */
  base?: string;
  /** By the names of members and path parameters. */
  real?: Readonly<Record<string, string | number>>;
}

const STEPS = ['arrived', 'start', 'complete'] as const;

const asRider = async (stage: Stage): Promise<Scene> => ({ phone: await stage.rider() });
const asDriver = async (stage: Stage): Promise<Scene> => ({ phone: await stage.driverPhone() });
const asOperator = ({ operator }: Stage): Scene => ({ phone: operator });
const atIssuer = ({ city, operator }: Stage): Scene => ({ phone: operator, base: city.url('dev-issuer-1') });

async function withOwnTrip(stage: Stage): Promise<Scene> {
  const phone = await stage.rider();
  return { phone, real: { trip_id: await stage.ride(phone) } };
}

async function onlineDriver(stage: Stage): Promise<Scene> {
  const phone = await stage.driverPhone();
  const { body } = await phone.post<{ session: number }>('/v1/driver/online', onlineBody);
  stage.later(() => phone.post('/v1/driver/offline'));
  return {
    phone,
    real: { driver_id: phone.driverId, session: body.session, recorded_at: toTimestamp(Date.now()) },
  };
}

async function askedDriver(stage: Stage): Promise<Scene> {
  const { driver, offer, tripId } = await stage.offered();
  stage.later(() => stage.operator.post(`/v1/ops/trips/${tripId}/fail`, { reason_code: 'test' }));
  return { phone: driver.phone, real: { offer_id: offer.offer_id } };
}

/** A driver with a trip who has made this many steps. */
const driving =
  (steps: number) =>
  async (stage: Stage): Promise<Scene> => {
    const { driver, tripId } = await stage.accepted();
    for (const step of STEPS.slice(0, steps)) await driver.phone.post(`/v1/trips/${tripId}/${step}`);
    stage.later(() => stage.operator.post(`/v1/ops/trips/${tripId}/fail`, { reason_code: 'test' }));
    return { phone: driver.phone, real: { trip_id: tripId } };
  };

const operating =
  (steps: number) =>
  async (stage: Stage): Promise<Scene> => ({ ...(await driving(steps)(stage)), phone: stage.operator });

async function withMatcher({ operator }: Stage): Promise<Scene> {
  return { phone: operator, real: { matcher: 'matcher-1' } };
}

async function withWebhook(stage: Stage): Promise<Scene> {
  const webhookId = await stage.webhookId();
  await stage.deadLetter(webhookId);
  return { phone: stage.operator, real: { webhook_id: webhookId, trip_id: newId('trip') } };
}

/** What each operation finds when its example is sent. */
const SCENES: Readonly<Record<string, (stage: Stage) => Scene | Promise<Scene>>> = {
  'rider createQuote': asRider,
  'rider listProducts': asRider,
  'rider requestTrip': async (stage) => {
    const phone = await stage.rider();
    return { phone, real: { quote_id: await stage.quoteId(phone) } };
  },
  'rider getTrip': withOwnTrip,
  'rider listTrips': withOwnTrip,
  'rider cancelTrip': withOwnTrip,
  'rider createStreamTicket': asRider,
  'driver getDriver': asDriver,
  'driver goOnline': asDriver,
  'driver goOffline': onlineDriver,
  'driver reportPositions': onlineDriver,
  'driver acceptOffer': askedDriver,
  'driver declineOffer': askedDriver,
  'driver reportArrival': driving(0),
  'driver startRide': driving(1),
  'driver completeRide': driving(2),
  'driver giveTripBack': driving(0),
  'driver createStreamTicket': asDriver,
  'trips createStreamTicket': asOperator,
  'trips listShards': asOperator,
  'trips getSystemHealth': asOperator,
  'trips drainMatcher': withMatcher,
  'trips resumeMatcher': withMatcher,
  'trips getTripHistory': operating(0),
  'trips explainTrip': operating(0),
  'trips getTripTrace': operating(0),
  'trips listTrips': asOperator,
  'trips listDrivers': asOperator,
  'trips explainDriver': async (stage) => ({ ...(await onlineDriver(stage)), phone: stage.operator }),
  'trips cancelTrip': operating(0),
  'trips completeTrip': operating(2),
  'trips failTrip': operating(0),
  'trips redispatchTrip': operating(0),
  'trips assignTrip': async (stage) => {
    const rider = await stage.rider();
    const trip_id = await stage.ride(rider);
    const { real } = await onlineDriver(stage);
    stage.later(() => stage.operator.post(`/v1/ops/trips/${trip_id}/fail`, { reason_code: 'test' }));
    return { phone: stage.operator, real: { ...real, trip_id } };
  },
  'trips endDriverSession': async (stage) => ({ ...(await onlineDriver(stage)), phone: stage.operator }),
  'trips listAttention': asOperator,
  'trips countAttention': asOperator,
  'trips acknowledgeAttention': async (stage) => {
    const trip_id = await stage.ride(await stage.rider());
    await stage.operator.post(`/v1/ops/trips/${trip_id}/fail`, { reason_code: 'test' });
    const listed = async () =>
      (await stage.operator.get<{ data: { number: number }[] }>('/v1/ops/attention')).body.data;
    await expect.poll(listed, { timeout: 10_000 }).not.toEqual([]);
    return { phone: stage.operator, real: { number: (await listed())[0]?.number ?? 0 } };
  },
  'trips listSuspicions': asOperator,
  'trips createWebhook': asOperator,
  'trips listWebhooks': withWebhook,
  'trips deleteWebhook': withWebhook,
  'trips rotateWebhookSecret': withWebhook,
  'trips listDeadLetters': withWebhook,
  'trips replayDeadLetters': withWebhook,
  'issuer issueToken': atIssuer,
  'issuer getKeys': atIssuer,
};

interface Documented {
  requestBody?: { content: Record<string, { example: unknown }> };
  responses: Record<string, { content: Record<string, { schema: object; example: unknown }> }>;
}

const nameOf = ({ api, operationId }: HttpRoute): string => `${api} ${operationId}`;

/** The example with the real objects in place of those that it names. */
function withReal(example: unknown, real: Readonly<Record<string, unknown>>): unknown {
  if (Array.isArray(example)) return example.map((member) => withReal(member, real));
  if (typeof example !== 'object' || example === null) return example;
  return Object.fromEntries(
    Object.entries(example).map(([name, member]) => [
      name,
      Object.hasOwn(real, name) ? real[name] : withReal(member, real),
    ]),
  );
}

function call(route: HttpRoute, { phone, base = '', real = {} }: Scene, body: unknown) {
  const address =
    base + route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(real[name] ?? `no ${name}`));
  const headers = route.idempotencyKey === undefined ? {} : { 'idempotency-key': crypto.randomUUID() };
  if (route.method === 'POST') return phone.post(address, withReal(body, real), headers);
  return route.method === 'GET' ? phone.get(address, headers) : phone.delete(address, headers);
}

/** The issuer's OpenID Connect takes forms and answers with pages; the tests of that flow send it. */
const ROUTES = HTTP_ROUTES.filter((route) => route.api !== 'issuer' || Object.hasOwn(SCENES, nameOf(route)));

const members = (value: unknown): string[] => Object.keys(value as object).toSorted();

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.start();
}, 120_000);
afterEach(() => stage.cleanUp());
afterAll(() => stage.stop());

test('every operation has a scene', () => {
  expect(Object.keys(SCENES).toSorted()).toEqual(ROUTES.map(nameOf).toSorted());
});

describe.each(ROUTES.map((route) => [nameOf(route), route] as const))('the example of %s', (name, route) => {
  test('is answered as it says', { timeout: 60_000 }, async () => {
    const document = openApiDocument(route.api);
    const operations = document.paths[route.path] as Record<string, Documented>;
    const { requestBody, responses } = operations[route.method.toLowerCase()]!;
    const scene = await SCENES[name]!(stage);
    const answer: Answer<unknown> = await call(
      route,
      scene,
      requestBody?.content['application/json']?.example,
    );
    const documented = responses[route.status]?.content['application/json'];
    expect([answer.status, answer.body]).toEqual([route.status, expect.anything()]);
    expect(members(answer.body)).toEqual(members(documented?.example));
    const validate = new Ajv2020({ strict: false, validateFormats: false }).compile({
      ...documented?.schema,
      components: document.components,
    });
    validate(answer.body);
    expect(validate.errors).toBeNull();
  });
});
