import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseFaults } from '../../proof/chaos/faults/fault-kinds.ts';
import type { ChaosReport } from '../../proof/chaos/runner/report.ts';
import { runChaos } from '../../proof/chaos/runner/run-chaos.ts';
import { temporaryDirectory } from '../../dev/process/temporary-directory.ts';

const FAULTS = 'kill9:matcher,freeze:matcher=6,term:matcher=1,cut:matcher=6,nats-all=4';
const LIMIT_MS = 300_000;
const directory = temporaryDirectory('chaos-test');
let report: ChaosReport;

beforeAll(async () => {
  const faults = parseFaults(FAULTS);
  const options = {
    seed: 4,
    minutes: 0,
    faults,
    matchers: 3,
    drivers: 300,
    apis: 2,
    natsServers: 3,
    standbys: 1,
    async: false,
    speed: 1,
  };
  report = await runChaos(options, directory.path, () => {});
}, LIMIT_MS);
afterAll(() => {
  if (report?.verdict === 'ok') directory.remove();
  else directory.keep();
});

test('matchers killed, frozen, stopped and cut off, and NATS wiped: nothing is lost, duplicated or stale', () => {
  expect({ ...report, looked: directory.path }).toMatchObject({
    violations: [],
    lost: 0,
    double_assigned: 0,
    stale_epoch_commits: 0,
    duplicated: 0,
    illegal_histories: 0,
    missing_events: 0,
    out_of_order_events: 0,
    rpo_rows: 0,
    verdict: 'ok',
  });
});

test('each fault took effect under load', () => {
  expect(report.faults.map(({ kind }) => kind).toSorted()).toEqual(
    parseFaults(FAULTS)
      .map(({ kind }) => kind)
      .toSorted(),
  );
  expect(report.faults.filter(({ ineffective }) => ineffective !== null)).toEqual([]);
  expect(report.acknowledged).toBeGreaterThan(10);
  expect(report.reown_ms.count).toBeGreaterThan(0);
  expect(report.handoff_stall_ms.count).toBeGreaterThan(0);
});
