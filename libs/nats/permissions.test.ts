import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { PermissionViolationError, type NatsConnection, type Subscription } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  BUS_ROLES,
  busTraffic,
  EVENT_STREAM,
  newId,
  SHARD_MAP_SUBJECT,
  TRACK_STREAM,
  trackSubject,
  tripEventsSubject,
  WEBHOOK_EVENT_CONSUMER,
  type BusRole,
} from '#libs/contracts';
import { serveJson } from '#libs/bus';
import { applyTrackStream, ensureEventConsumer, ensureEventStream, readTrack } from '#libs/event-stream';
import { makeBusKeys } from '../../ops/bus-keys/make-bus-keys.ts';
import { testNats, type TestNats } from '../../dev/test-world/index.ts';
import { BusRefusedError } from './bus-refused.ts';
import { connectBus } from './connect-bus.ts';
import { inboxPrefixOf, permissionsOf } from './permissions.ts';

let nats: TestNats;
let everybody: NatsConnection;
const connections = new Map<BusRole, Speaker>();
/** Subjects without a role's help: an id in the place of each `*`. */
const subjects = busTraffic().map(({ pattern, ...roles }) => ({
  ...roles,
  subject: pattern.replaceAll('*', 'x'),
}));

/** A connection of one role that remembers what nats-server has refused. */
interface Speaker {
  bus: NatsConnection;
  refused: string[];
}

beforeAll(async () => {
  nats = await testNats();
  everybody = await connectBus({ servers: nats.urls }, 'everybody');
  for (const role of BUS_ROLES) {
    const bus = await connectBus({ servers: withoutLogin(), role, nkeySeed: nats.seeds[role] }, role);
    const refused: string[] = [];
    void (async () => {
      for await (const status of bus.status()) {
        if (status.type === 'error' && status.error instanceof PermissionViolationError)
          refused.push(`${status.error.operation} ${status.error.subject}`);
      }
    })();
    connections.set(role, { bus, refused });
  }
  await ensureEventStream(as('trips').bus, { replicas: 1, maxBytes: 1024 * 1024 });
  await ensureEventConsumer(as('trips').bus, WEBHOOK_EVENT_CONSUMER);
});
afterAll(async () => {
  await Promise.all(
    [everybody, ...[...connections.values()].map(({ bus }) => bus)].map((bus) => bus?.close()),
  );
  await nats?.stop();
});

function withoutLogin(): string[] {
  return nats.urls.map((url) => url.replace(/\/\/[^@]*@/, '//'));
}

function as(role: BusRole): Speaker {
  const speaker = connections.get(role);
  if (speaker === undefined) throw new Error(`no connection of ${role}`);
  return speaker;
}

/** Nobody may publish on it. */
const FORBIDDEN = 'end.of.the.act';

/** What nats-server refuses of `act`. It reports refusals in order, so the last one shows that all are there. */
async function refusedOf(role: BusRole, act: (bus: NatsConnection) => void): Promise<string[]> {
  const { bus, refused } = as(role);
  refused.length = 0;
  act(bus);
  bus.publish(FORBIDDEN);
  await expect.poll(() => refused.at(-1), { timeout: 10_000 }).toBe(`publish ${FORBIDDEN}`);
  return refused.slice(0, -1).toSorted();
}

describe.each(BUS_ROLES)('%s', (role) => {
  test('publishes what the contracts let it publish, and nothing else', async () => {
    const forbidden = subjects.filter(({ from }) => !from.includes(role)).map(({ subject }) => subject);
    expect(
      await refusedOf(role, (bus) => subjects.forEach(({ subject }) => bus.publish(subject, '{}'))),
    ).toEqual(forbidden.map((subject) => `publish ${subject}`).toSorted());
  });

  test('hears what the contracts let it hear, and nothing else', async () => {
    const forbidden = subjects.filter(({ to }) => !to.includes(role)).map(({ subject }) => subject);
    const heard: Subscription[] = [];
    expect(
      await refusedOf(role, (bus) =>
        subjects.forEach(
          ({ subject }) => void heard.push(bus.subscribe(subject, { callback: () => undefined })),
        ),
      ),
    ).toEqual(forbidden.map((subject) => `subscription ${subject}`).toSorted());
    for (const subscription of heard) if (!subscription.isClosed()) subscription.unsubscribe();
  });

  test('cannot hear everything, nor the answers to another role', async () => {
    const foreign = [
      '>',
      '*.>',
      '_INBOX.>',
      '$JS.>',
      '$SYS.>',
      ...BUS_ROLES.filter((other) => other !== role).map((other) => `${inboxPrefixOf(other)}.>`),
    ];
    expect(
      await refusedOf(role, (bus) =>
        foreign.forEach((subject) => bus.subscribe(subject, { callback: () => undefined })),
      ),
    ).toEqual(foreign.map((subject) => `subscription ${subject}`).toSorted());
  });

  test.skipIf(role === 'operator')(
    'cannot delete, purge or change the stream, nor read it by a consumer of its own',
    async () => {
      const requests = [
        `$JS.API.STREAM.PURGE.${EVENT_STREAM}`,
        `$JS.API.STREAM.DELETE.${EVENT_STREAM}`,
        `$JS.API.STREAM.UPDATE.${EVENT_STREAM}`,
        `$JS.API.STREAM.MSG.DELETE.${EVENT_STREAM}`,
        `$JS.API.STREAM.MSG.GET.${EVENT_STREAM}`,
        `$JS.API.CONSUMER.CREATE.${EVENT_STREAM}.mine`,
        `$JS.API.CONSUMER.DELETE.${EVENT_STREAM}.${WEBHOOK_EVENT_CONSUMER}`,
        `$JS.API.STREAM.CREATE.mine`,
      ];
      expect(
        await refusedOf(role, (bus) => requests.forEach((subject) => bus.publish(subject, '{}'))),
      ).toEqual(requests.map((subject) => `publish ${subject}`).toSorted());
    },
  );
});

test('what the contracts declare is in somebody’s permissions', () => {
  for (const { pattern, from, to } of busTraffic()) {
    for (const role of from) expect(permissionsOf(role).publish).toContain(pattern);
    for (const role of to) expect(permissionsOf(role).subscribe).toContain(pattern);
  }
});

test('a role answers the requests it gets, once', async () => {
  const subscription = as('matcher').bus.subscribe('matcher.m.probe', {
    callback: (_, message) => {
      message.respond('one');
      message.respond('two');
    },
  });
  await as('matcher').bus.flush();
  const heard: string[] = [];
  const inbox = `${inboxPrefixOf('trips')}.answers`;
  as('trips').bus.subscribe(inbox, { callback: (_, message) => void heard.push(message.string()) });
  as('trips').bus.publish('matcher.m.probe', '', { reply: inbox });
  await expect.poll(() => as('matcher').refused).toContainEqual(expect.stringContaining(`publish ${inbox}`));
  expect(heard).toEqual(['one']);
  subscription.unsubscribe();
});

test('a caller cannot make a handler publish on a subject that is no inbox', async () => {
  const heard: string[] = [];
  const dropped: string[] = [];
  everybody.subscribe(SHARD_MAP_SUBJECT, { callback: (_, message) => void heard.push(message.string()) });
  await everybody.flush();
  const served = serveJson(
    as('trips').bus,
    'trips.get',
    z.object({}),
    () => ({ shards: [] }),
    (error) => void dropped.push(String(error)),
  );
  await as('trips').bus.flush();
  as('rider-api').bus.publish('trips.get', '{}', { reply: SHARD_MAP_SUBJECT });
  await expect.poll(() => dropped).toHaveLength(1);
  await as('trips').bus.flush();
  await everybody.flush();
  expect(heard).toEqual([]);
  served.unsubscribe();
});

test('webhooks reads the events by the consumer that trips made, and the operator rebuilds the stream', async () => {
  const { streams } = await jetstreamManager(as('operator').bus);
  expect(await streams.purge(EVENT_STREAM)).toMatchObject({ success: true });
  await jetstream(as('trips').bus).publish(tripEventsSubject('trip_1'), 'event');
  const consumer = await jetstream(as('webhooks').bus).consumers.get(EVENT_STREAM, WEBHOOK_EVENT_CONSUMER);
  const message = await consumer.next({ expires: 10_000 });
  expect(message?.string()).toBe('event');
  expect(await message?.ackAck()).toBe(true);
});

test('trips keeps the stream of traces and reads it, and nobody else does', async () => {
  const settings = { keepS: 60, maxBytes: 1024 * 1024, replicas: 1 };
  const { bus } = as('trips');
  expect(await applyTrackStream(bus, settings)).toBe('created');
  expect(await applyTrackStream(bus, { ...settings, keepS: 30 })).toBe('changed');
  const position = { trip_id: newId('trip'), point: { lat: 1, lng: 2 }, heading_deg: null };
  const sent = JSON.stringify({ ...position, recorded_at: '2026-03-01T12:00:00.000Z' });
  as('driver-api').bus.publish(trackSubject(position.trip_id), sent);
  await as('driver-api').bus.flush();
  await expect.poll(async () => (await readTrack(bus, position.trip_id)).length).toBe(1);
  const read = `$JS.API.DIRECT.GET.${TRACK_STREAM}`;
  for (const role of BUS_ROLES.filter((other) => other !== 'trips'))
    expect(await refusedOf(role, (other) => other.publish(read, '{}'))).toEqual([`publish ${read}`]);
  expect(await applyTrackStream(bus, { ...settings, keepS: 0 })).toBe('deleted');
});

test.each([
  ['no key', {}],
  ['a key that the server does not know', { nkeySeed: makeBusKeys().seeds.trips }],
])('a process with %s is refused at once, and told so', async (_, identity) => {
  const refusal = await connectBus({ servers: withoutLogin(), role: 'trips', ...identity }, 'x').catch(
    (error: unknown) => error,
  );
  expect(refusal).toBeInstanceOf(BusRefusedError);
  expect(String(refusal)).toContain('HAILGRID_NATS_NKEY_SEED');
});
