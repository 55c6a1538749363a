import { describe, expect, it } from 'vitest';
import type { TripId } from '#libs/trip';
import { ExplainLog } from './explain-log.ts';
import type { ExplainedCandidate, TripExplanation } from './trip-explanation.ts';

const candidate: ExplainedCandidate = {
  driverId: 'driver_a',
  from: { lat: 0, lng: 0 },
  pickupDistanceM: 100,
  pickupEtaS: 20,
  costS: 20,
  isInDeadPart: false,
  reason: 'taken_by_other_trip',
};

function explanation(tripId: TripId, roundAtMs: number, candidates = 1): TripExplanation {
  return {
    tripId,
    shard: 'north',
    roundAtMs,
    outcome: 'outbid',
    skipCostS: 900,
    candidates: Array.from({ length: candidates }, () => candidate),
  };
}

describe('ExplainLog', () => {
  it('returns the rounds of a trip, oldest first', () => {
    const log = new ExplainLog();
    log.record([explanation('trip_a', 1), explanation('trip_b', 1)]);
    log.record([explanation('trip_a', 2)]);
    expect(log.roundsOf('trip_a').map((round) => round.roundAtMs)).toEqual([1, 2]);
    expect(log.roundsOf('trip_unknown')).toEqual([]);
  });

  it('returns the rounds that weighed a driver, between two moments, newest first', () => {
    const log = new ExplainLog();
    const other = {
      ...explanation('trip_c', 3),
      candidates: [{ ...candidate, driverId: 'driver_b' as const }],
    };
    log.record([explanation('trip_a', 1), explanation('trip_b', 2), other, explanation('trip_a', 4)]);
    const roundsOf = (...[from, to, limit]: [number, number, number]) =>
      log.roundsWith('driver_a', from, to, limit).map(({ tripId, roundAtMs }) => [tripId, roundAtMs]);
    expect(roundsOf(2, 4, 10)).toEqual([
      ['trip_a', 4],
      ['trip_b', 2],
    ]);
    expect(roundsOf(0, 9, 1)).toEqual([['trip_a', 4]]);
    expect(roundsOf(5, 9, 10)).toEqual([]);
  });

  it('keeps the newest rounds of a trip', () => {
    const log = new ExplainLog({ roundsPerTrip: 3 });
    for (let round = 1; round <= 10; round++) log.record([explanation('trip_a', round)]);
    expect(log.roundsOf('trip_a').map((round) => round.roundAtMs)).toEqual([8, 9, 10]);
  });

  it('forgets the oldest rounds of all when there are too many candidates, and trips with none left', () => {
    const log = new ExplainLog({ candidatesTotal: 100 });
    for (let round = 1; round <= 50; round++) {
      log.record([explanation(`trip_${round}`, round, 8)]);
      expect(log.size).toBeLessThanOrEqual(10);
    }
    expect(log.roundsOf('trip_40')).toEqual([]);
    expect(log.roundsOf('trip_41')).toHaveLength(1);
    expect(log.roundsOf('trip_50')[0]?.candidates).toHaveLength(8);
  });

  it('is bounded even if no trip ever has a candidate', () => {
    const log = new ExplainLog({ candidatesTotal: 100 });
    for (let round = 1; round <= 1000; round++) log.record([explanation(`trip_${round}`, round, 0)]);
    expect(log.size).toBe(50);
  });
});
