import { expect } from 'vitest';
import { newId } from '#libs/contracts';
import { ESTRELA, ROSSIO } from '../city/test-city.ts';
import { onlineBody } from '../phones/driver-phone.ts';
import type { Answer, Phone } from '../phones/phone.ts';
import type { Stage } from './stage.ts';

type AnyPhone = Pick<Phone<never>, 'post' | 'delete'>;

/** A call, and what happens between its first attempt and its repetition. */
export interface KeyedCall {
  ask: (key: string) => Promise<Answer<unknown>>;
  /** Another request under the same key. */
  askOther: (key: string) => Promise<Answer<unknown>>;
  /** Afterwards a second execution of the call would have another result. */
  meanwhile?: () => Promise<unknown>;
  /** A member of the answer that is null when it is repeated. */
  onlyOnce?: string;
}

/** The call takes a key, or there is a reason why it needs none. */
export type Decision = { keyed: (stage: Stage) => Promise<KeyedCall> } | { unkeyed: string };

function posting(phone: AnyPhone, path: string, body?: unknown): (key: string) => Promise<Answer<unknown>> {
  return (key) => phone.post(path, body, { 'idempotency-key': key });
}

const STEPS = ['arrived', 'start', 'complete'] as const;

/** The driver takes a step under a key; the trip has advanced by the repetition. */
function step(action: (typeof STEPS)[number]): Decision {
  return {
    keyed: async (stage) => {
      const { driver, tripId } = await stage.accepted();
      const pathOf = (each: string) => `/v1/trips/${tripId}/${each}`;
      const index = STEPS.indexOf(action);
      for (const before of STEPS.slice(0, index)) await driver.phone.post(pathOf(before));
      stage.later(async () => {
        for (const each of STEPS) await driver.phone.post(pathOf(each));
      });
      return {
        ask: posting(driver.phone, pathOf(action)),
        askOther: posting(driver.phone, pathOf('cancel'), {}),
        meanwhile: async () => {
          for (const after of STEPS.slice(index + 1)) await driver.phone.post(pathOf(after));
        },
      };
    },
  };
}

/** A matcher is drained or resumed; the opposite has happened by the repetition. */
function bring(action: 'drain' | 'resume', opposite: 'drain' | 'resume'): Decision {
  return {
    keyed: async (stage) => {
      const { operator } = stage;
      const pathOf = (each: string) => `/v1/matchers/matcher-1/${each}`;
      await operator.post(pathOf(opposite));
      stage.later(() => operator.post(pathOf('resume')));
      return {
        ask: posting(operator, pathOf(action)),
        askOther: posting(operator, pathOf(opposite)),
        meanwhile: () => operator.post(pathOf(opposite)),
      };
    },
  };
}

/** An operator acts on an accepted trip, or on a ride; another act follows. */
function operate(action: 'cancel' | 'complete' | 'fail' | 'redispatch', isRide = false): Decision {
  return {
    keyed: async (stage) => {
      const { driver, tripId } = await stage.accepted();
      if (isRide)
        for (const before of ['arrived', 'start']) await driver.phone.post(`/v1/trips/${tripId}/${before}`);
      const path = `/v1/ops/trips/${tripId}/${action}`;
      return {
        ask: posting(stage.operator, path, { reason_code: 'breakdown' }),
        askOther: posting(stage.operator, path, { reason_code: 'breakdown', note: 'called in' }),
      };
    },
  };
}

const TICKET: Decision = {
  unkeyed: 'a ticket opens one socket and changes nothing; one whose answer was lost expires after 30 s',
};

/** Every call that is not a GET, by API, method and path. */
export const UNSAFE_CALLS: Readonly<Record<string, Decision>> = {
  'rider POST /v1/quotes': {
    keyed: async (stage) => {
      const rider = await stage.rider();
      return {
        ask: posting(rider, '/v1/quotes', { product: 'standard', pickup: ROSSIO, dropoff: ESTRELA }),
        askOther: posting(rider, '/v1/quotes', { product: 'standard', pickup: ESTRELA, dropoff: ROSSIO }),
      };
    },
  },
  'rider POST /v1/trips': {
    keyed: async (stage) => {
      const rider = await stage.rider();
      const [quote, other] = [await stage.quoteId(rider), await stage.quoteId(rider)];
      const ask = posting(rider, '/v1/trips', { quote_id: quote });
      return {
        ask: async (key) => {
          const answer = await ask(key);
          const { trip_id } = answer.body as { trip_id: string };
          stage.later(() => rider.post(`/v1/trips/${trip_id}/cancel`, {}));
          return answer;
        },
        askOther: posting(rider, '/v1/trips', { quote_id: other }),
        meanwhile: () => stage.cleanUp(),
      };
    },
  },
  'rider POST /v1/trips/{trip_id}/cancel': {
    keyed: async (stage) => {
      const rider = await stage.rider();
      const path = `/v1/trips/${await stage.ride(rider)}/cancel`;
      return {
        ask: posting(rider, path, { reason: 'too slow' }),
        askOther: posting(rider, path, { reason: 'too far' }),
      };
    },
  },
  'rider POST /v1/stream/tickets': TICKET,
  'driver POST /v1/driver/online': {
    keyed: async (stage) => {
      const driver = await stage.driverPhone();
      stage.later(() => driver.post('/v1/driver/offline'));
      return {
        ask: posting(driver, '/v1/driver/online', onlineBody),
        askOther: posting(driver, '/v1/driver/online', { ...onlineBody, product: 'xl' }),
        meanwhile: () => driver.post('/v1/driver/online', onlineBody),
      };
    },
  },
  'driver POST /v1/driver/offline': {
    keyed: async (stage) => {
      const driver = await stage.driverPhone();
      await driver.post('/v1/driver/online', onlineBody);
      return {
        ask: posting(driver, '/v1/driver/offline'),
        askOther: posting(driver, '/v1/driver/online', onlineBody),
        meanwhile: () => driver.post('/v1/driver/online', onlineBody),
      };
    },
  },
  'driver POST /v1/driver/positions': {
    unkeyed: 'session and seq are the key of each position, so a repeated one is refused; none is stored',
  },
  'driver POST /v1/offers/{offer_id}/accept': {
    keyed: async (stage) => {
      const { driver, offer, tripId } = await stage.offered();
      return {
        ask: posting(driver.phone, `/v1/offers/${offer.offer_id}/accept`),
        askOther: posting(driver.phone, `/v1/offers/${offer.offer_id}/decline`),
        meanwhile: () => driver.phone.post(`/v1/trips/${tripId}/cancel`, {}),
      };
    },
  },
  'driver POST /v1/offers/{offer_id}/decline': {
    keyed: async (stage) => {
      const { driver, offer } = await stage.offered();
      return {
        ask: posting(driver.phone, `/v1/offers/${offer.offer_id}/decline`),
        askOther: posting(driver.phone, `/v1/offers/${offer.offer_id}/accept`),
      };
    },
  },
  'driver POST /v1/trips/{trip_id}/arrived': step('arrived'),
  'driver POST /v1/trips/{trip_id}/start': step('start'),
  'driver POST /v1/trips/{trip_id}/complete': step('complete'),
  'driver POST /v1/trips/{trip_id}/cancel': {
    keyed: async (stage) => {
      const { driver, tripId } = await stage.accepted();
      return {
        ask: posting(driver.phone, `/v1/trips/${tripId}/cancel`, { reason: 'flat tyre' }),
        askOther: posting(driver.phone, `/v1/trips/${tripId}/cancel`, { reason: 'no fuel' }),
      };
    },
  },
  'driver POST /v1/stream/tickets': TICKET,
  'trips POST /v1/ops/stream/tickets': TICKET,
  'trips POST /v1/webhooks': {
    keyed: ({ operator }) =>
      Promise.resolve({
        ask: posting(operator, '/v1/webhooks', { url: 'https://example.com/one' }),
        askOther: posting(operator, '/v1/webhooks', { url: 'https://example.com/two' }),
        onlyOnce: 'secret',
      }),
  },
  'trips POST /v1/webhooks/{webhook_id}/secret': {
    keyed: async (stage) => {
      const path = `/v1/webhooks/${await stage.webhookId()}/secret`;
      return {
        ask: posting(stage.operator, path, {}),
        askOther: posting(stage.operator, path, { keep_old_s: 0 }),
        onlyOnce: 'secret',
      };
    },
  },
  'trips DELETE /v1/webhooks/{webhook_id}': {
    keyed: async (stage) => {
      const [one, other] = [await stage.webhookId(), await stage.webhookId()];
      const deleting = (id: string) => (key: string) =>
        stage.operator.delete(`/v1/webhooks/${id}`, { 'idempotency-key': key });
      return { ask: deleting(one), askOther: deleting(other) };
    },
  },
  'trips POST /v1/webhooks/{webhook_id}/replay': {
    keyed: async (stage) => {
      const webhookId = await stage.webhookId();
      await stage.deadLetter(webhookId);
      const path = `/v1/webhooks/${webhookId}/replay`;
      return {
        ask: posting(stage.operator, path, {}),
        askOther: posting(stage.operator, path, { trip_id: newId('trip') }),
      };
    },
  },
  'trips POST /v1/ops/trips/{trip_id}/cancel': operate('cancel'),
  'trips POST /v1/ops/trips/{trip_id}/complete': operate('complete', true),
  'trips POST /v1/ops/trips/{trip_id}/fail': operate('fail', true),
  'trips POST /v1/ops/trips/{trip_id}/redispatch': operate('redispatch'),
  'trips POST /v1/ops/trips/{trip_id}/assign': {
    keyed: async (stage) => {
      const driver = await stage.driverPhone();
      const rider = await stage.rider();
      const { trip_id: tripId } = await rider.ride(ROSSIO, ESTRELA);
      // Without a position, so that no matcher asks it first.
      await driver.post('/v1/driver/online', onlineBody);
      stage.later(() => stage.operator.post(`/v1/ops/trips/${tripId}/fail`, { reason_code: 'test' }));
      const path = `/v1/ops/trips/${tripId}/assign`;
      const body = { reason_code: 'by_telephone', driver_id: driver.driverId };
      return {
        ask: posting(stage.operator, path, body),
        askOther: posting(stage.operator, path, { ...body, mode: 'force' }),
      };
    },
  },
  'trips POST /v1/ops/drivers/{driver_id}/offline': {
    keyed: async (stage) => {
      const driver = await stage.driverPhone();
      await driver.post('/v1/driver/online', onlineBody);
      stage.later(() => driver.post('/v1/driver/offline'));
      const path = `/v1/ops/drivers/${driver.driverId}/offline`;
      return {
        ask: posting(stage.operator, path, { reason_code: 'complaint' }),
        askOther: posting(stage.operator, path, { reason_code: 'breakdown' }),
        meanwhile: () => driver.post('/v1/driver/online', onlineBody),
      };
    },
  },
  'trips POST /v1/ops/attention/{number}/acknowledge': {
    keyed: async (stage) => {
      const tripId = await stage.ride(await stage.rider());
      await stage.operator.post(`/v1/ops/trips/${tripId}/fail`, { reason_code: 'breakdown' });
      const listed = async () =>
        (await stage.operator.get<{ data: { number: number }[] }>('/v1/ops/attention?open=true')).body.data;
      await expect.poll(listed, { timeout: 10_000 }).not.toEqual([]);
      const path = `/v1/ops/attention/${(await listed())[0]!.number}/acknowledge`;
      return {
        ask: posting(stage.operator, path, { note: 'called the rider' }),
        askOther: posting(stage.operator, path, { note: 'called the driver' }),
      };
    },
  },
  'trips POST /v1/matchers/{matcher}/drain': bring('drain', 'resume'),
  'trips POST /v1/matchers/{matcher}/resume': bring('resume', 'drain'),
  'issuer POST /v1/tokens': { unkeyed: 'for development only; stores nothing' },
  'issuer POST /authorize': { unkeyed: 'OAuth: each sign-in is a new one' },
  'issuer POST /oauth/token': { unkeyed: 'OAuth: a code or refresh token counts once' },
  'issuer POST /userinfo': { unkeyed: 'reads, as OpenID demands by POST too' },
};
