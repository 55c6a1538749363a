import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId, type DriverView, type RiderTrip } from '#libs/contracts';
import { query } from '../../ops/postgres/query.ts';
import { onlineBody, type DriverPhone } from '../phones/driver-phone.ts';
import type { Answer } from '../phones/phone.ts';
import type { RiderPhone } from '../phones/rider-phone.ts';
import { OwnCluster } from '../reads/own-cluster.ts';
import { Stage } from './stage.ts';

interface MadeWebhook {
  webhook_id: string;
  secret: string | null;
}

let cluster: OwnCluster;
let stage: Stage;

beforeAll(async () => {
  cluster = await OwnCluster.start();
  stage = await Stage.start({ database: cluster.database });
}, 120_000);
afterAll(async () => {
  await stage?.stop();
  await cluster?.stop();
});

/** A rider, a driver and an operator, each with one request and its key. */
class Askers {
  readonly #keys = { trip: newId('event'), session: newId('event'), webhook: newId('event') };
  readonly #rider: RiderPhone;
  readonly #driver: DriverPhone;
  readonly #quoteId: string;

  private constructor(rider: RiderPhone, driver: DriverPhone, quoteId: string) {
    this.#rider = rider;
    this.#driver = driver;
    this.#quoteId = quoteId;
  }

  static async come(): Promise<Askers> {
    const rider = await stage.rider();
    return new Askers(rider, await stage.driverPhone(), await stage.quoteId(rider));
  }

  all(): Promise<[Answer<RiderTrip>, Answer<DriverView>, Answer<MadeWebhook>]> {
    return Promise.all([this.trip(), this.session(), this.webhook()]);
  }

  trip(): Promise<Answer<RiderTrip>> {
    return this.#rider.requestTrip(this.#quoteId, this.#keys.trip);
  }

  session(): Promise<Answer<DriverView>> {
    return this.#driver.post('/v1/driver/online', onlineBody, { 'idempotency-key': this.#keys.session });
  }

  webhook(): Promise<Answer<MadeWebhook>> {
    const path = `${stage.city.url('trips-1')}/v1/webhooks`;
    const body = { url: 'https://example.com/events' };
    return stage.operator.post(path, body, { 'idempotency-key': this.#keys.webhook });
  }

  newSecret(webhookId: string): Promise<Answer<MadeWebhook>> {
    return stage.operator.post(`${stage.city.url('trips-1')}/v1/webhooks/${webhookId}/secret`, {});
  }
}

/** Tables of transactions that the primary has committed but not acknowledged, as no standby has confirmed them. */
async function writtenByWaitingCommits(): Promise<string[]> {
  const rows = await query<{ name: string }>(
    cluster.database.url,
    `SELECT DISTINCT relation::regclass::text AS name FROM pg_locks JOIN pg_stat_activity USING (pid)
     WHERE wait_event = 'SyncRep' AND mode = 'RowExclusiveLock' AND locktype = 'relation'
       AND relation IN ('trip'::regclass, 'driver'::regclass, 'webhook'::regclass) ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}

async function counts(): Promise<unknown> {
  const [row] = await stage.city.rows(
    `SELECT (SELECT count(*)::int FROM trip) AS trips, (SELECT max(session)::int FROM driver) AS session,
       (SELECT count(*)::int FROM webhook) AS webhooks`,
  );
  return row;
}

test('trips is killed after the commits and before its answers: the keys return the first answers', async () => {
  const askers = await Askers.come();
  const standby = cluster.postgres.nodes[1];
  const trips = stage.city.world.service('trips-1');

  await standby?.server.stop();
  const unheard = Promise.allSettled([askers.trip(), askers.session(), askers.webhook()]);
  await expect.poll(writtenByWaitingCommits, { timeout: 4_000 }).toEqual(['driver', 'trip', 'webhook']);
  await trips.kill();
  const [trip, session, webhook] = await unheard;
  expect([trip, session]).toMatchObject([{ value: { status: 503 } }, { value: { status: 503 } }]);
  expect(webhook.status).toBe('rejected');

  await standby?.restart();
  await expect.poll(writtenByWaitingCommits, { timeout: 20_000 }).toEqual([]);
  expect(await counts()).toEqual({ trips: 1, session: 1, webhooks: 1 });
  await trips.restart();

  const first = await askers.all();
  expect(first.map(({ status }) => status)).toEqual([201, 200, 201]);
  // The process that knew the secret is gone, and nobody else ever did: a rotation makes a new one.
  expect(first[2].body.secret).toBeNull();
  expect((await askers.newSecret(first[2].body.webhook_id)).body.secret).toMatch(/^whsec_/);
  const again = await askers.all();
  expect(again.map(({ body }) => body)).toEqual(first.map(({ body }) => body));
  expect(await counts()).toEqual({ trips: 1, session: 1, webhooks: 1 });
}, 90_000);
