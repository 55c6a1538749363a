import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  driverClientFrame,
  newId,
  openApiDocument,
  riderClientFrame,
  type ApiName,
  type Quote,
} from '#libs/contracts';
import { ESTRELA, ROSSIO } from '../city/test-city.ts';
import { onlineBody } from '../phones/driver-phone.ts';
import { Stage } from './stage.ts';
import { UNSAFE_CALLS } from './unsafe-calls.ts';

const APIS: readonly ApiName[] = ['rider', 'driver', 'trips', 'issuer'];
const REUSED = { code: 'idempotency_key_reused' };

interface Operation {
  parameters?: { name: string }[];
}

/** The operations of the OpenAPI documents except GET. */
const DOCUMENTED = new Map<string, Operation>(
  APIS.flatMap((api) =>
    Object.entries(openApiDocument(api).paths).flatMap(([path, operations]) =>
      Object.entries(operations as Record<string, Operation>)
        .filter(([method]) => method !== 'get')
        .map(([method, operation]) => [`${api} ${method.toUpperCase()} ${path}`, operation] as const),
    ),
  ),
);

const takesKey = (operation: Operation | undefined): boolean =>
  operation?.parameters?.some(({ name }) => name === 'Idempotency-Key') === true;

const auditedActs = () => stage.city.rows('SELECT FROM operator_audit');

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.start();
}, 120_000);
afterEach(() => stage.cleanUp());
afterAll(() => stage.stop());

test('for every call that may change something the test decides whether it takes a key', () => {
  expect([...DOCUMENTED.keys()].toSorted()).toEqual(Object.keys(UNSAFE_CALLS).toSorted());
  const keyed = [...DOCUMENTED].filter(([, operation]) => takesKey(operation)).map(([name]) => name);
  const decided = Object.entries(UNSAFE_CALLS).filter(([, decision]) => 'keyed' in decision);
  expect(keyed.toSorted()).toEqual(decided.map(([name]) => name).toSorted());
});

/** The body of an answer; a member that is shown once must be in it. */
function shown(body: unknown, member: string): Record<string, unknown> {
  expect(body).toMatchObject({ [member]: expect.any(String) as string });
  return body as Record<string, unknown>;
}

describe.each(Object.entries(UNSAFE_CALLS).filter(([, decision]) => 'keyed' in decision))(
  '%s',
  (name, decision) => {
    const actsOf = async () => (name.startsWith('trips ') ? (await auditedActs()).length : 0);
    test('repeats the first answer, and refuses another request under its key', async () => {
      if (!('keyed' in decision)) return;
      const { ask, askOther, meanwhile, onlyOnce } = await decision.keyed(stage);
      const key = newId('event');
      const before = await actsOf();
      const first = await ask(key);
      expect([first.status, first.body]).toEqual([first.status < 300 ? first.status : 'well', first.body]);
      // Every act of an operator is audited, once.
      expect(await actsOf()).toBe(before + (name.startsWith('trips ') ? 1 : 0));
      await meanwhile?.();
      const meantime = await actsOf();
      const again = await ask(key);
      const repeated =
        onlyOnce === undefined ? first.body : { ...shown(first.body, onlyOnce), [onlyOnce]: null };
      expect([again.status, again.body]).toEqual([first.status, repeated]);
      const other = await askOther(key);
      expect([other.status, other.body]).toMatchObject([422, REUSED]);
      expect(await actsOf()).toBe(meantime);
    });
  },
);

describe('frames', () => {
  /**
   * Frames that change nothing durable need no key; a position has session and seq, `received` names its offer, `token` is
   * the same whenever it comes.
   */
  const UNKEYED = ['heartbeat', 'position', 'received', 'resume', 'token'];

  test('that change something take a key', () => {
    const shapes = [...driverClientFrame.options, ...riderClientFrame.options].map(({ shape }) => shape);
    const unkeyed = shapes.filter((shape) => !('idempotency_key' in shape)).map(({ type }) => type.value);
    expect([...new Set(unkeyed)].toSorted()).toEqual(UNKEYED);
  });

  test('repeat the first answer, over REST and the socket, and refuse another request under their key', async () => {
    const { driver, offer, tripId } = await stage.offered();
    const { phone } = driver;
    const [accept, arrive] = [newId('event'), newId('event')];
    const offerRef = { offer_id: offer.offer_id };
    const accepted = await phone.ask('accept', offerRef, accept);
    expect(accepted.type).toBe('ack');
    const arrived = await phone.post(`/v1/trips/${tripId}/arrived`, undefined, { 'idempotency-key': arrive });
    const acceptedAgain = await phone.ask('accept', offerRef, accept);
    expect(acceptedAgain.data).toEqual(accepted.data);
    const byRest = await phone.post(`/v1/offers/${offer.offer_id}/accept`, undefined, {
      'idempotency-key': accept,
    });
    expect({ trip: byRest.body }).toEqual(accepted.data);
    const arrivedAgain = await phone.ask('arrived', { trip_id: tripId }, arrive);
    expect(arrivedAgain.data).toEqual({ trip: arrived.body });
    expect(await phone.ask('decline', offerRef, accept)).toMatchObject({ type: 'error', data: REUSED });
    stage.later(async () => {
      for (const step of ['start', 'complete']) await phone.ask(step, { trip_id: tripId });
    });
  });

  test('that open and end a session do it once', async () => {
    const phone = await stage.driverPhone();
    await phone.connect();
    const [online, offline] = [newId('event'), newId('event')];
    const first = await phone.ask('online', onlineBody, online);
    expect((await phone.ask('online', onlineBody, online)).data).toEqual(first.data);
    const ended = await phone.ask('offline', {}, offline);
    await phone.ask('online', onlineBody);
    expect((await phone.ask('offline', {}, offline)).data).toEqual(ended.data);
    expect(await phone.ask('offline', {}, online)).toMatchObject({ type: 'error', data: REUSED });
    await phone.ask('offline', {});
    phone.hangUp();
  });
});

test('an expired key can be used again', async () => {
  const rider = await stage.rider();
  const ask = async (key: string) => {
    const body = { product: 'standard', pickup: ROSSIO, dropoff: ESTRELA };
    return (await rider.post<Quote>('/v1/quotes', body, { 'idempotency-key': key })).body.quote_id;
  };
  const [expired, living] = [newId('event'), newId('event')];
  const first = [await ask(expired), await ask(living)];
  await stage.city.rows(
    `UPDATE idempotency_key SET expires_at = now() - interval '1 second' WHERE key = '${expired}'`,
  );
  const again = [await ask(expired), await ask(living)];
  expect(again[0]).not.toBe(first[0]);
  expect(again[1]).toBe(first[1]);
});
