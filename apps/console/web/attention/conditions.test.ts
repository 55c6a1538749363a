import { expect, test } from 'vitest';
import type { SystemHealth } from '#libs/contracts';
import { conditionsOf, type WebhookList } from './conditions.ts';

const STANDBY = {
  name: 'postgres_2',
  host: null,
  state: 'streaming',
  sync_state: 'quorum',
  replay_lag_ms: 2,
  behind_bytes: 0,
};
const WELL: SystemHealth = {
  seen_by: 'trips-1',
  postgres: { name: 'postgres_1', host: null, timeline: 1, standbys: [STANDBY] },
  outbox: { entries: 1, oldest_s: 0.1 },
  nats: { server: 'nats', cluster: null, rtt_ms: 0.4 },
  event_stream: { messages: 1, bytes: 100, leader: 'nats', replicas: [] },
};
const WEBHOOK = {
  webhook_id: 'webhook_01' as never,
  url: 'https://example.com',
  suspended_reason: null,
  waiting: 0,
};

test('nothing is said of what is well, and of what is not known', () => {
  expect(conditionsOf(WELL, { data: [WEBHOOK], delivery: 'running' })).toEqual([]);
  expect(conditionsOf(undefined, undefined)).toEqual([]);
  expect(
    conditionsOf({ ...WELL, outbox: { entries: 0, oldest_s: null } }, { data: [], delivery: 'no_worker' }),
  ).toEqual([]);
});

test.each<[string, Partial<SystemHealth>]>([
  ['No primary', { postgres: null, outbox: null }],
  ['No standby', { postgres: { ...WELL.postgres!, standbys: [] } }],
  [
    'postgres_2 is 12 s behind',
    { postgres: { ...WELL.postgres!, standbys: [{ ...STANDBY, replay_lag_ms: 12_000 }] } },
  ],
  [
    'does not follow the primary: catchup',
    { postgres: { ...WELL.postgres!, standbys: [{ ...STANDBY, state: 'catchup' }] } },
  ],
  ['the oldest for 31 s', { outbox: { entries: 4, oldest_s: 31 } }],
  ['No nats-server', { nats: null, event_stream: null }],
  ['stores nothing', { event_stream: null }],
  ['stores nothing', { event_stream: { ...WELL.event_stream!, leader: null } }],
])('%s', (text, change) => {
  expect(conditionsOf({ ...WELL, ...change }, undefined).map((one) => one.text)).toEqual([
    expect.stringContaining(text),
  ]);
});

test('suspended webhooks and missing workers are named', () => {
  const list: WebhookList = {
    data: [{ ...WEBHOOK, suspended_reason: 'refused', waiting: 7 }, WEBHOOK],
    delivery: 'no_worker',
  };
  const texts = conditionsOf(undefined, list).map((one) => one.text);
  expect(texts).toHaveLength(2);
  expect(texts[0]).toContain('refuses every attempt. 7 events wait');
});
