import type { CommandLine } from './command-line.ts';
import type { RunResult } from './kpis.ts';
import type { Troubles } from './options.ts';
import { policyNamed } from './policies.ts';
import { reportRow, type ReportRow } from './report.ts';
import { Simulation } from './simulation.ts';
import type { StreetCity } from './street-city.ts';

/** A row of the report and its runs. */
export interface MeasuredRow {
  readonly row: ReportRow;
  readonly runs: readonly RunResult[];
}

/** Runs every policy with every fleet and every number of matchers, each with all seeds. */
export function measure(
  city: StreetCity,
  options: CommandLine,
  measured: (row: ReportRow) => void,
): MeasuredRow[] {
  return options.shards.flatMap((shards) =>
    options.fleet.flatMap((fleet) =>
      options.policy.map((policy) => {
        const runs = Array.from({ length: options.seeds }, (_, run) =>
          simulate(city, { policy, fleet, shards, seed: options.seed + run }, options),
        );
        const row = reportRow(policy, fleet, shards, runs);
        measured(row);
        return { row, runs };
      }),
    ),
  );
}

interface Case {
  readonly policy: string;
  readonly fleet: number;
  readonly shards: number;
  readonly seed: number;
}

function simulate(city: StreetCity, { policy, fleet, shards, seed }: Case, options: CommandLine): RunResult {
  return new Simulation(city, policyNamed(policy), {
    fromS: options.from,
    toS: options.to,
    fleet,
    seed,
    matchers: shards,
    maxWaitS: options.maxWait,
    roundS: options.round,
    troubles: troublesOf(options),
  }).run();
}

function troublesOf({
  etaNoise,
  answer,
  declines,
  cancels,
  stale,
  following,
  failover,
}: CommandLine): Troubles {
  return { etaNoise, answerS: answer, declines, cancels, staleS: stale, following, failover };
}
