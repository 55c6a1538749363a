import { expect, test } from 'vitest';
import { attentionOf, type DriverId, type OperatorAct, type TripEvent } from './index.ts';

const driverId = 'driver_1' as DriverId;
const by = { operatorId: 'operator_1', reasonCode: 'x' } as OperatorAct;
const lost = { atMs: 1, driverId, silentSinceMs: 0 };
const given = {
  type: 'driver_redispatched',
  atMs: 1,
  driverId,
  reason: null,
  searchDeadlineAtMs: 2,
} as const;

const CASES: [string | null, TripEvent][] = [
  ['stuck', { type: 'attention_raised', reason: 'stuck', ...lost }],
  ['heard_again', { type: 'attention_cleared', atMs: 1, driverId }],
  ['driver_lost', { type: 'driver_lost', searchDeadlineAtMs: 2, ...lost }],
  ['driver_canceled', given],
  [null, { ...given, by }],
  ['no_drivers_available', { type: 'no_drivers_available', atMs: 1 }],
  ['failed', { type: 'failed', atMs: 1, driverId, reason: 'lost_contact' }],
  ['failed', { type: 'failed', atMs: 1, driverId: null, reason: 'x', by }],
  ['completion_flagged', { type: 'completed', atMs: 1, driverId, flags: ['completed_without_position'] }],
  [null, { type: 'completed', atMs: 1, driverId }],
  [null, { type: 'rider_canceled', atMs: 1, driverId, reason: null }],
];

test.each(CASES)('%s: %o', (kind, event) => {
  expect(attentionOf(event)).toBe(kind);
});
