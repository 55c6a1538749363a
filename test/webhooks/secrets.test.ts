import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { connectBus } from '#libs/bus';
import { newId, uuidOf, type TripId, type WebhookId, type WebhookView } from '#libs/contracts';
import { startServices, type TestWorld } from '../../dev/test-world/index.ts';
import { query } from '../../ops/postgres/query.ts';
import { TripsProcess } from '../events/trips-process.ts';
import { Receiver } from './receiver.ts';
import { WebhookOperator, type RotatedSecret } from './webhook-operator.ts';

const LIMIT = { timeout: 30_000, interval: 50 };

let world: TestWorld;
let trips: TripsProcess;
let bus: NatsConnection;
let operator: WebhookOperator;
let receiver: Receiver;
let webhookId: WebhookId;
/** All that went over NATS. */
let heard: Buffer[];

beforeAll(async () => {
  world = await startServices(['dev-issuer', 'trips', 'webhooks'], {
    env: {
      HAILGRID_WEBHOOK_ALLOW_PRIVATE: 'true',
      HAILGRID_WEBHOOK_RETRY_MS: '300',
      HAILGRID_WEBHOOK_ATTEMPTS: '100',
    },
  });
  trips = await TripsProcess.start('trips-9', world.database, world.nats.url);
  operator = await WebhookOperator.of(world);
  bus = await connectBus({ servers: world.nats.urls }, 'ear');
  bus.subscribe('>', { callback: (_, message) => void heard.push(Buffer.from(message.data)) });
});
afterAll(async () => {
  await bus?.close();
  await trips?.stop();
  await world?.stop();
});
beforeEach(async () => {
  heard = [];
  receiver = await Receiver.start();
  const webhook = await operator.create(receiver.url);
  receiver.secret = webhook.secret;
  webhookId = webhook.webhook_id;
});
afterEach(async () => {
  await operator.delete(webhookId);
  await receiver.close();
});

/** A trip whose first event has been delivered, as the receiver's secret says. */
async function delivered(): Promise<TripId> {
  const tripId = await trips.request();
  await expect.poll(() => receiver.seqsOf(tripId), LIMIT).toEqual([1]);
  return tripId;
}

/** Every row of every table, as text. */
async function everyRow(): Promise<string> {
  const tables = await query<{ name: string }>(
    world.database.url,
    `SELECT oid::regclass::text AS name FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')`,
  );
  const rows = await Promise.all(
    tables.map(({ name }) =>
      query<{ row: string }>(world.database.url, `SELECT t::text AS row FROM ${name} t`),
    ),
  );
  return rows
    .flat()
    .map(({ row }) => row)
    .join('\n');
}

test('the secret is in clear neither in Postgres nor on NATS, and a message is signed with it', async () => {
  const key = newId('event');
  const made = await operator.createUnder(key, receiver.url);
  await delivered();
  const rows = await everyRow();
  const messages = Buffer.concat(heard).toString('latin1');
  expect(rows).toContain(uuidOf('webhook', made.webhook_id));
  expect(rows).toContain('"webhook_id"'); // the answer under the key
  expect(messages).toContain('"secrets":["eyJ');
  for (const secret of [receiver.secret, made.secret ?? '']) {
    expect(secret).toMatch(/^whsec_.{44}$/);
    const bytes = Buffer.from(secret.slice('whsec_'.length), 'base64');
    for (const form of [secret.slice('whsec_'.length), bytes.toString('base64url'), bytes.toString('hex')])
      expect([rows.includes(form), messages.includes(form)]).toEqual([false, false]);
  }
  await operator.delete(made.webhook_id);
});

test('a repeated key gets the answer without the secret, also after deletion', async () => {
  const key = newId('event');
  const made = await operator.createUnder(key, receiver.url);
  expect(made.secret).toMatch(/^whsec_/);
  expect(await operator.createUnder(key, receiver.url)).toEqual({ ...made, secret: null });
  await operator.delete(made.webhook_id);
  expect(await operator.createUnder(key, receiver.url)).toEqual({ ...made, secret: null });
});

test('of requests under one key that arrive together one gets the secret, and it signs', async () => {
  await operator.delete(webhookId);
  const key = newId('event');
  const answers = await Promise.all(Array.from({ length: 8 }, () => operator.createUnder(key, receiver.url)));
  const secrets = answers.flatMap(({ secret }) => secret ?? []);
  expect(secrets).toHaveLength(1);
  webhookId = answers[0]!.webhook_id;
  receiver.secret = secrets[0]!;
  const rotation = newId('event');
  const rotations = await Promise.all(
    Array.from({ length: 8 }, () => operator.rotate(webhookId, { keep_old_s: 0 }, rotation)),
  );
  const rotated = rotations.flatMap(({ secret }) => secret ?? []);
  expect(rotated).toHaveLength(1);
  receiver.secret = rotated[0]!;
  await delivered();
});

/** The fingerprints of the secrets that sign, with the time that each has left. */
async function signing(): Promise<[string, number | null][]> {
  const shown = (await operator.list()).find((webhook: WebhookView) => webhook.webhook_id === webhookId);
  return (shown?.secrets ?? []).map(({ fingerprint, expires_at }) => [
    fingerprint,
    expires_at === null ? null : Math.round((Date.parse(expires_at) - Date.now()) / 3_600_000),
  ]);
}

test('after a rotation both secrets sign for a day, and the old one is removed when it is over', async () => {
  const old = receiver.secret;
  const [[oldFingerprint] = ['']] = await signing();
  const rotated = await operator.rotate(webhookId);
  expect(rotated.secret).not.toBe(old);
  await delivered(); // by the old one
  receiver.secret = rotated.secret ?? '';
  await delivered();
  expect(await signing()).toEqual([
    [oldFingerprint, 24],
    [rotated.fingerprint, null],
  ]);
  await query(
    world.database.url,
    `UPDATE webhook_secret SET expires_at = now() WHERE fingerprint = '${oldFingerprint}'`,
  );
  expect(await signing()).toEqual([[rotated.fingerprint, null]]);
  receiver.secret = old;
  const tripId = await trips.request();
  const error = (): Promise<unknown> =>
    query(
      world.database.url,
      `SELECT status FROM webhook_delivery WHERE trip_id = '${uuidOf('trip', tripId)}'`,
    );
  await expect.poll(error, LIMIT).toEqual([{ status: 401 }]);
  expect(receiver.seqsOf(tripId)).toEqual([]);
  const left = (): Promise<unknown> => query(world.database.url, 'SELECT fingerprint FROM webhook_secret');
  await expect.poll(left, LIMIT).toEqual([{ fingerprint: rotated.fingerprint }]);
});

test('an old secret that others know ends at once, and the number of secrets is bounded', async () => {
  for (let rotations = 0; rotations < 3; rotations += 1) await operator.rotate(webhookId);
  await expect(operator.rotate(webhookId)).rejects.toThrow('too_many_webhook_secrets');
  expect((await signing()).map(([, hours]) => hours)).toEqual([24, 24, 24, null]);
  const last: RotatedSecret = await operator.rotate(webhookId, { keep_old_s: 0 });
  expect(await signing()).toEqual([[last.fingerprint, null]]);
  await expect(operator.rotate(newId('webhook'))).rejects.toThrow('webhook_not_found');
});

test('a secret in clear of an older version is sealed and signs on; the clear one is gone, also from the kept answer', async () => {
  const secret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;
  const id = uuidOf('webhook', webhookId);
  const key = newId('event');
  const made = await operator.createUnder(key, receiver.url);
  await operator.delete(made.webhook_id);
  await query(
    world.database.url,
    `UPDATE idempotency_key SET response = jsonb_set(response, '{secret}', '"${secret}"')
     WHERE response ->> 'webhook_id' = '${made.webhook_id}';
     DELETE FROM webhook_secret WHERE webhook_id = '${id}';
     UPDATE webhook SET secret = '${secret}' WHERE webhook_id = '${id}'`,
  );
  expect(await operator.createUnder(key, receiver.url)).toMatchObject({ secret: null });
  receiver.secret = secret;
  await delivered();
  expect(await everyRow()).not.toContain(secret);
});
