import { describe, expect, test } from 'vitest';
import { latticeCity } from './world/lattice-city.ts';
import { NO_TROUBLES, type RunOptions, type Troubles } from './options.ts';
import { POLICIES, policyNamed } from './matcher/policies.ts';
import { Simulation } from './simulation.ts';

const CITY = latticeCity(500);

function run(
  policy: string,
  change: Partial<Omit<RunOptions, 'troubles'>> = {},
  troubles: Partial<Troubles> = {},
) {
  return new Simulation(CITY, policyNamed(policy), {
    fromS: 10 * 3_600,
    toS: 12 * 3_600,
    fleet: 60,
    seed: 1,
    matchers: 1,
    maxWaitS: 300,
    roundS: 2,
    pickupRadiusM: 6_000,
    rideTimes: 'learned',
    ...change,
    troubles: { ...NO_TROUBLES, ...troubles },
  }).run();
}

/** The part of the result that does not depend on the machine. */
function outcome(result: ReturnType<typeof run>) {
  return { ...result, elapsedS: 0, eventsPerS: 0, roundsMs: [] };
}

describe('the simulation', () => {
  test.each(POLICIES.map(({ name }) => name))(
    '%s serves riders within the maximum wait, and abandons none',
    (name) => {
      const { servedPct, waitsS, unmatchedRiders, requests } = run(name);
      expect(requests).toBeGreaterThan(400);
      expect(servedPct).toBeGreaterThan(50);
      expect(unmatchedRiders).toBe(0);
      expect(waitsS.at(-1)).toBeLessThanOrEqual(300);
      expect(waitsS.length).toBe(Math.round((servedPct * requests) / 100));
    },
  );

  test('gives the same result for the same seed', () => {
    expect(outcome(run('engine'))).toEqual(outcome(run('engine')));
    expect(outcome(run('engine', { seed: 2 }))).not.toEqual(outcome(run('engine')));
  });

  test('the engine serves more riders than nearest-driver dispatch when drivers are scarce', () => {
    const [engine, greedy] = [run('engine'), run('greedy_road')];
    expect(engine.servedPct).toBeGreaterThan(greedy.servedPct);
  });

  test('several matchers under all disturbances at once abandon no rider and assign no car twice', () => {
    const troubles = {
      etaNoise: 0.3,
      answerS: 6,
      declines: 0.2,
      cancels: 0.1,
      staleS: 10,
      following: 0.5,
      failover: true,
    };
    const { unmatchedRiders, servedPct } = run('engine', { matchers: 3 }, troubles);
    expect(unmatchedRiders).toBe(0);
    expect(servedPct).toBeGreaterThan(40);
  });

  test('a rider picked up after the maximum wait is neither served nor abandoned', () => {
    const { waitsS, servedPct, latePct, requests, unmatchedRiders } = run('engine', {}, { etaNoise: 0.5 });
    expect(latePct).toBeGreaterThan(1);
    expect(waitsS.at(-1)).toBeLessThanOrEqual(300);
    expect(waitsS.length).toBe(Math.round((servedPct * requests) / 100));
    expect(unmatchedRiders).toBe(0);
  });
});
