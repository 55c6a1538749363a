import type { OperationExample } from './example.ts';
import {
  ACCEPTED_AT,
  ENDED_AT,
  EXPIRES_AT,
  IDS,
  REQUESTED_AT,
  ROSSIO,
  STREAM_TICKET,
  TRIP_RECORD,
  TRIP_RECORD_ON_THE_WAY,
  VEHICLE,
} from './values.ts';

const MATCHER = {
  matcher: 'matcher-1',
  incarnation: '0198e5bd-9734-7134-9e6f-e215c7bb7c37',
  state: 'active',
  since: REQUESTED_AT,
  shards: 1,
  heard_s_ago: 0.2,
  busy_ms_per_s: 12,
  round_p99_ms: 4.5,
  drivers_in_dead_part: 0,
};
const CANDIDATE = {
  driver_id: IDS.driver,
  pickup_distance_m: 480,
  pickup_eta_s: 150,
  in_dead_part: false,
  from: ROSSIO,
  cost_s: 150,
  reason: 'offered',
} as const;
const SHARD = {
  shard: '86393362fffffff',
  epoch: 3,
  owner: 'matcher-1',
  since: REQUESTED_AT,
  load: { open_trips: 2, requests_per_s: 0.1, pings_per_s: 40, busy_ms_per_s: 12 },
};
const BREAKDOWN = { reason_code: 'vehicle_breakdown', note: 'The driver called in' };
const ENDED = { ...TRIP_RECORD_ON_THE_WAY, seq: 4, ended_at: ENDED_AT, cancel_reason: 'vehicle_breakdown' };
const EVENT = {
  trip_id: IDS.trip,
  seq: 1,
  type: 'requested',
  at: REQUESTED_AT,
  driver_id: null,
  freed_driver_id: null,
  data: {},
};
const ATTENTION = {
  number: 17,
  kind: 'stuck',
  at: ENDED_AT,
  trip_id: IDS.trip,
  driver_id: IDS.driver,
  data: {},
  acknowledged: null,
};
const EVENT_HASH = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';
const FINGERPRINT = '9f86d081884c7d65';
const SECRET = 'whsec_bXkgc2VjcmV0IG9mIHRoaXMgZXhhbXBsZSBvbmx5IQ==';
const WEBHOOK = {
  webhook_id: IDS.webhook,
  url: 'https://example.com/events',
  event_types: ['accepted', 'completed'],
  created_at: REQUESTED_AT,
  suspended_at: null,
  suspended_reason: null,
  suspended_error: null,
  paused_until: null,
  catching_up: false,
  waiting: 0,
  dead_letters: 0,
  secrets: [{ fingerprint: FINGERPRINT, key_id: 'seal-1', made_at: REQUESTED_AT, expires_at: null }],
};

export const OPERATOR_EXAMPLES: Readonly<Record<string, OperationExample>> = {
  getSystemHealth: {
    answer: {
      seen_by: 'trips-1',
      postgres: {
        name: 'postgres_1',
        host: '10.0.0.11:5432',
        timeline: 1,
        standbys: [
          {
            name: 'postgres_2',
            host: '10.0.0.12',
            state: 'streaming',
            sync_state: 'quorum',
            replay_lag_ms: 1.4,
            behind_bytes: 0,
          },
        ],
      },
      outbox: { entries: 2, oldest_s: 0.03 },
      nats: { server: 'nats-1', cluster: 'hailgrid', rtt_ms: 0.6 },
      event_stream: {
        messages: 48_210,
        bytes: 31_457_280,
        leader: 'nats-2',
        replicas: [{ server: 'nats-1', current: true, behind_messages: 0 }],
      },
    },
  },
  listShards: {
    answer: {
      data: [SHARD],
      next_cursor: null,
      matchers: [MATCHER],
      planner: { holder: 'trips-1', term: 5 },
    },
  },
  drainMatcher: {
    request: { reason_code: 'new_kernel', note: 'Back within the hour' },
    answer: { ...MATCHER, state: 'drained' },
  },
  resumeMatcher: { request: { reason_code: 'new_kernel' }, answer: MATCHER },
  getTripHistory: {
    answer: {
      trip: TRIP_RECORD,
      events: [{ ...EVENT, actor: { kind: 'rider', id: IDS.rider }, hash: EVENT_HASH }],
    },
  },
  getTripTrace: {
    answer: { data: [{ at: ACCEPTED_AT, point: ROSSIO, heading_deg: 90 }], kept_s: 86_400 },
  },
  explainTrip: {
    answer: {
      offers: [
        {
          offer_id: IDS.offer,
          driver_id: IDS.driver,
          at: REQUESTED_AT,
          fate: 'accepted',
          ended_at: ACCEPTED_AT,
          ask_again_at: null,
        },
      ],
      rounds: [
        {
          matcher: 'matcher-1',
          shard: SHARD.shard,
          at: REQUESTED_AT,
          outcome: 'offered',
          skip_cost_s: 600,
          candidates: [CANDIDATE],
        },
      ],
    },
  },
  explainDriver: {
    answer: {
      rounds: [
        {
          matcher: 'matcher-1',
          shard: SHARD.shard,
          at: REQUESTED_AT,
          trip_id: IDS.trip,
          outcome: 'offered',
          skip_cost_s: 600,
          candidate: CANDIDATE,
          chosen: CANDIDATE,
        },
      ],
    },
  },
  listTrips: { answer: { data: [TRIP_RECORD_ON_THE_WAY], next_cursor: null } },
  listDrivers: {
    answer: {
      data: [
        {
          driver_id: IDS.driver,
          status: 'on_trip',
          trip_id: IDS.trip,
          next_trip_id: null,
          offer: null,
          driver_version: 12,
          session: 7,
          online: true,
          product: 'standard',
          vehicle: VEHICLE,
          changed_at: REQUESTED_AT,
          heard_at: ACCEPTED_AT,
        },
      ],
      next_cursor: null,
    },
  },
  cancelTrip: { request: BREAKDOWN, answer: { ...ENDED, state: 'rider_canceled' } },
  completeTrip: {
    request: BREAKDOWN,
    answer: {
      ...ENDED,
      state: 'completed',
      cancel_reason: null,
      arrived_at: '2026-03-01T12:01:00.000Z',
      started_at: '2026-03-01T12:01:30.000Z',
    },
  },
  failTrip: { request: BREAKDOWN, answer: { ...ENDED, state: 'failed' } },
  redispatchTrip: {
    request: BREAKDOWN,
    answer: { ...TRIP_RECORD, seq: 4, excluded_driver_ids: [IDS.driver] },
  },
  assignTrip: {
    request: { reason_code: 'by_telephone', driver_id: IDS.driver, mode: 'bind' },
    answer: TRIP_RECORD_ON_THE_WAY,
  },
  endDriverSession: {
    request: { reason_code: 'complaint' },
    answer: {
      driver_id: IDS.driver,
      session: 7,
      online: false,
      product: 'standard',
      vehicle: VEHICLE,
      status: 'offline',
      driver_version: 13,
      trip: null,
      next_trip: null,
    },
  },
  listAttention: {
    answer: {
      data: [ATTENTION],
      next_cursor: null,
    },
  },
  countAttention: { answer: { open: 1, newest: 17 } },
  acknowledgeAttention: {
    request: { note: 'I call the driver' },
    answer: {
      ...ATTENTION,
      acknowledged: {
        by: 'operator_01k3q8v5mce9ts9wz2hbhvdz1q',
        name: 'joana',
        at: ENDED_AT,
        note: 'I call the driver',
      },
    },
  },
  listSuspicions: {
    answer: {
      data: [
        {
          driver_id: IDS.driver,
          at: ENDED_AT,
          score: 0.8,
          reasons: { impossible_track: 0, mocked_position: 4 },
          point: ROSSIO,
        },
      ],
    },
  },
  createStreamTicket: { answer: STREAM_TICKET },
  createWebhook: {
    request: { url: 'https://example.com/events', event_types: ['accepted', 'completed'] },
    answer: { ...WEBHOOK, secret: SECRET, delivery: 'running' },
  },
  listWebhooks: { answer: { data: [WEBHOOK], delivery: 'running' } },
  deleteWebhook: { answer: WEBHOOK },
  rotateWebhookSecret: {
    request: { keep_old_s: 3_600 },
    answer: { webhook_id: IDS.webhook, fingerprint: FINGERPRINT, made_at: EXPIRES_AT, secret: SECRET },
  },
  listDeadLetters: {
    answer: {
      data: [
        {
          trip_id: IDS.trip,
          seq: 3,
          attempts: 12,
          dead_at: ENDED_AT,
          status: 503,
          error: 'answered 503',
          waiting_behind: 2,
        },
      ],
      next_cursor: null,
    },
  },
  replayDeadLetters: { request: { trip_id: IDS.trip }, answer: { replayed: 1 } },
};
