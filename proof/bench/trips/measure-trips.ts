import { describeMachine } from '../../../dev/machine/describe-machine.ts';
import { usageOf } from '../../../dev/process/usage.ts';
import { stopAllChildren } from '../../../dev/process/supervised-child.ts';
import { HailgridSide, type HailgridRun } from './hailgrid-side.ts';
import { hundredths, medianOf } from './latencies.ts';
import type { Options } from './options.ts';
import { PgbenchSide } from './pgbench-side.ts';
import type { PgbenchRun } from './run-pgbench.ts';
import { openStage, type Stage } from './stage.ts';

/** Warm-up: the first trips of a process mostly measure the JIT compiler. */
const WARM_UP_S = 3;
/** Trips prepared per second of measurement. */
const MAX_TRIPS_PER_S = 1_500;

/** With the processor time of all participants: servers, services and load generator. */
type WithCpu<R> = R & { readonly cpuMsPerTrip: number };

interface Measured {
  readonly hailgrid: WithCpu<HailgridRun>[];
  readonly pgbench: WithCpu<PgbenchRun>[];
  /** Without tokens; empty unless asked for. */
  readonly tokenless: WithCpu<HailgridRun>[];
  readonly acknowledgedTrips: number;
}

/** The sides alternate, so that other work on the machine affects both. */
async function measure(stage: Stage, options: Options): Promise<Measured> {
  const { inFlight, services, seed, seconds, rounds } = options;
  const maxTrips = (rounds * seconds + WARM_UP_S) * MAX_TRIPS_PER_S;
  const pgbenchSide = await PgbenchSide.prepare(stage, { inFlight, maxTrips, seed });
  const hailgridSide = await HailgridSide.prepare(stage, {
    inFlight,
    maxTrips,
    services,
    seed,
    requiresTokens: true,
  });
  const tokenlessSide = options.withoutTokens
    ? await HailgridSide.prepare(stage, { inFlight, maxTrips, services, seed, requiresTokens: false })
    : undefined;
  const [hailgrid, pgbench]: [WithCpu<HailgridRun>[], WithCpu<PgbenchRun>[]] = [[], []];
  const tokenless: WithCpu<HailgridRun>[] = [];
  await hailgridSide.measure(WARM_UP_S);
  await tokenlessSide?.measure(WARM_UP_S);
  await pgbenchSide.measure(WARM_UP_S);
  for (let round = 0; round < rounds; round += 1) {
    hailgrid.push(await withCpu(seconds, () => hailgridSide.measure(seconds)));
    if (tokenlessSide !== undefined)
      tokenless.push(await withCpu(seconds, () => tokenlessSide.measure(seconds)));
    pgbench.push(await withCpu(seconds, () => pgbenchSide.measure(seconds)));
  }
  await pgbenchSide.verify();
  await tokenlessSide?.verify();
  return { hailgrid, pgbench, tokenless, acknowledgedTrips: await hailgridSide.verify() };
}

/** All participating processes are descendants of this one. */
async function withCpu<R extends { tripsPerS: number }>(
  seconds: number,
  run: () => Promise<R>,
): Promise<WithCpu<R>> {
  const before = (await usageOf(process.pid))?.cpu_s ?? 0;
  const result = await run();
  const usedS = ((await usageOf(process.pid))?.cpu_s ?? 0) - before;
  return { ...result, cpuMsPerTrip: (usedS * 1_000) / (result.tripsPerS * seconds) };
}

function reportOf(
  { hailgrid, pgbench, tokenless, acknowledgedTrips }: Measured,
  options: Options,
  stage: Stage,
) {
  const middle = <R>(runs: readonly R[], value: (run: R) => number): number =>
    hundredths(medianOf(runs.map(value)));
  const tripsPerS = middle(hailgrid, (run) => run.tripsPerS);
  const pgbenchTripsPerS = middle(pgbench, (run) => run.tripsPerS);
  return {
    command: ['npm run bench:trips --', ...process.argv.slice(2)].join(' '),
    ...describeMachine(stage.versions),
    seed: options.seed,
    seconds: options.seconds,
    rounds: options.rounds,
    in_flight: options.inFlight,
    services: options.services,
    synchronous_standbys: options.standbys,
    commits_per_trip: 6,
    hailgrid: {
      trips_per_s: tripsPerS,
      trips_per_s_by_round: hailgrid.map((run) => hundredths(run.tripsPerS)),
      cpu_ms_per_trip: middle(hailgrid, (run) => run.cpuMsPerTrip),
      // From sending a command to its acknowledgement; for an offer, from when the matcher may decide.
      p50_ms: middle(hailgrid, ({ commands }) => commands.quantile(0.5)),
      p99_ms: middle(hailgrid, ({ commands }) => commands.quantile(0.99)),
      trip_p50_ms: middle(hailgrid, ({ trips }) => trips.quantile(0.5)),
      trip_p99_ms: middle(hailgrid, ({ trips }) => trips.quantile(0.99)),
      acknowledged_trips: acknowledgedTrips,
    },
    ...(tokenless.length > 0 && {
      without_tokens: {
        trips_per_s: middle(tokenless, (run) => run.tripsPerS),
        trips_per_s_by_round: tokenless.map((run) => hundredths(run.tripsPerS)),
        cpu_ms_per_trip: middle(tokenless, (run) => run.cpuMsPerTrip),
        // What verifying every person's token leaves of the throughput.
        ratio: hundredths(tripsPerS / middle(tokenless, (run) => run.tripsPerS)),
      },
    }),
    pgbench: {
      trips_per_s: pgbenchTripsPerS,
      trips_per_s_by_round: pgbench.map((run) => hundredths(run.tripsPerS)),
      cpu_ms_per_trip: middle(pgbench, (run) => run.cpuMsPerTrip),
      // Share of its trip time: the additional statement that fetches the parameters.
      parameters_share: middle(pgbench, (run) => run.parametersShare),
    },
    ratio: hundredths(tripsPerS / pgbenchTripsPerS),
  };
}

/** Measures both sides on one cluster; resolves with the report. */
export async function measureTrips(options: Options): Promise<object> {
  const stage = await openStage(options.standbys);
  try {
    return reportOf(await measure(stage, options), options, stage);
  } finally {
    await stage.close().catch(() => stopAllChildren());
  }
}
