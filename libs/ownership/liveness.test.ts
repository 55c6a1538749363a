import { beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_LIVENESS_PARAMS, Liveness } from './liveness.ts';
import type { Member } from './member.ts';

const member = (instance: string, incarnation = 'first'): Member => ({
  instance,
  incarnation,
  state: 'active',
});
const [A, B] = [member('matcher-a'), member('matcher-b')];
const STEP_MS = 100;

describe('Liveness', () => {
  let liveness: Liveness;
  let nowMs: number;
  beforeEach(() => {
    liveness = new Liveness(DEFAULT_LIVENESS_PARAMS);
    nowMs = 0;
    liveness.begin(0);
    liveness.watch([A, B], 0);
  });

  /** Lets time pass while these members are heard; returns the members found dead. */
  const pass = (ms: number, heard: readonly Member[]): string[] => {
    const died: string[] = [];
    for (const untilMs = nowMs + ms; nowMs < untilMs; nowMs += STEP_MS) {
      for (const { instance, incarnation } of heard) liveness.heard(instance, incarnation, nowMs);
      died.push(...liveness.tick(nowMs).died);
    }
    return died;
  };

  it('suspects silent members, probes them, and declares them dead when no probe is answered', () => {
    expect(pass(1_500, [A])).toEqual([]);
    expect(liveness.hasSuspects).toBe(false);
    pass(200, [A]);
    expect(liveness.healthOf('matcher-b')).toBe('suspect');
    liveness.probeFailed('matcher-b', nowMs);
    pass(400, [A]);
    liveness.probeFailed('matcher-b', nowMs);
    expect(pass(100, [A])).toEqual(['matcher-b']);
    expect([liveness.healthOf('matcher-a'), liveness.healthOf('matcher-b')]).toEqual(['alive', 'dead']);
  });

  it('counts an unanswered probe as failed without a report', () => {
    expect(pass(5_500, [A])).toEqual(['matcher-b']);
  });

  it('clears a suspect or dead member that it hears', () => {
    pass(1_700, [A]);
    expect(liveness.heard('matcher-b', 'first', nowMs)).toBe(true);
    expect(liveness.hasSuspects).toBe(false);
    pass(6_000, [A]);
    expect(liveness.heard('matcher-b', 'first', nowMs)).toBe(true);
    expect(liveness.healthOf('matcher-b')).toBe('alive');
  });

  it('ignores another incarnation of a member', () => {
    expect(pass(6_000, [A, member('matcher-b', 'former')])).toEqual(['matcher-b']);
    liveness.watch([A, member('matcher-b', 'next')], nowMs);
    expect(liveness.healthOf('matcher-b')).toBe('alive');
  });

  it('ages no member while the bus is down, and gives all a grace period afterwards', () => {
    pass(1_700, [A]);
    liveness.busLost();
    expect(pass(60_000, [])).toEqual([]);
    liveness.busConnected(nowMs);
    expect(pass(2_900, [])).toEqual([]);
    expect(liveness.hasSuspects).toBe(false);
    expect(pass(5_000, [A])).toEqual(['matcher-b']);
  });

  it.each([
    ['after an outage that the bus reports', true],
    ['after one that only showed in silence', false],
  ])('loses nobody %s', (_, isReported) => {
    expect(pass(10_000, [])).toEqual(['matcher-a', 'matcher-b']);
    if (isReported) liveness.busLost();
    if (isReported) liveness.busConnected(nowMs);
    pass(300, [A]);
    expect(liveness.healthOf('matcher-b')).toBe('alive');
    expect(pass(2_000, [A, B])).toEqual([]);
  });

  it('starts from scratch in a new term', () => {
    pass(6_000, [A]);
    liveness.begin(nowMs);
    liveness.watch([A, B], nowMs);
    expect(liveness.healthOf('matcher-b')).toBe('alive');
    expect(pass(1_500, [A])).toEqual([]);
    expect(liveness.hasSuspects).toBe(false);
  });

  it('finds a lost member steady once the same incarnation is heard long enough without a gap', () => {
    const lost: Member = { ...B, state: 'lost' };
    liveness.watch([A, lost], nowMs);
    pass(3_000, [A]);
    pass(2_000, [A, B]);
    expect(liveness.isSteady(lost, nowMs)).toBe(false);
    pass(200, [A, B]);
    expect(liveness.isSteady(lost, nowMs)).toBe(true);
    expect(liveness.isSteady({ ...lost, incarnation: 'next' }, nowMs)).toBe(false);
    pass(1_700, [A]);
    expect(liveness.isSteady(lost, nowMs)).toBe(false);
    pass(1_000, [A, B]);
    expect(liveness.isSteady(lost, nowMs)).toBe(false);
  });
});
