import type { CommandLine } from './command-line.ts';
import type { RunResult } from './kpis.ts';
import type { Troubles } from './options.ts';
import { policyNamed } from './matcher/policies.ts';
import { reportRow, type ReportRow } from './report.ts';
import { seededFractions } from '#libs/random';
import type { RideTimesSnapshot } from '#libs/ride-times';
import { learnedBefore } from './quoted-rides.ts';
import { Simulation, WARM_UP_S } from './simulation.ts';
import { clairvoyantBound } from './world/clairvoyant.ts';
import { startsOf } from './world/starts.ts';
import { networkError } from './world/traffic.ts';
import type { StreetCity } from './world/street-city.ts';

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
  const troubles = troublesOf(options, city);
  const before = options.history === 0 ? undefined : learnedBefore(city, options.from, options.history);
  return options.shards.flatMap((shards) =>
    options.fleet.flatMap((fleet) =>
      options.policy.map((policy) => {
        const runs = Array.from({ length: options.seeds }, (_, run) =>
          simulate(city, { policy, fleet, shards, seed: options.seed + run }, options, { troubles, before }),
        );
        const row = reportRow(policy, fleet, shards, options.rideTimes, runs);
        measured(row);
        return { row, runs };
      }),
    ),
  );
}

/** A bound for a fleet of each size, from the starts of the first seed. */
export function bounds(city: StreetCity, { fleet, from, to, seed, maxWait }: CommandLine): BoundRow[] {
  return fleet.map((cars) => {
    const starts = startsOf(city, from, cars, seededFractions(seed));
    const hours = { fromS: from, toS: to, measureFromS: from + WARM_UP_S, maxWaitS: maxWait };
    const { servedPct, waitS } = clairvoyantBound(city, starts, hours);
    return { fleet: cars, served_pct: round(servedPct), wait_s: round(waitS) };
  });
}

/** What nobody can exceed by much, even with all requests, rides and drives known in advance. */
export interface BoundRow {
  readonly fleet: number;
  readonly served_pct: number;
  readonly wait_s: number;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

interface Case {
  readonly policy: string;
  readonly fleet: number;
  readonly shards: number;
  readonly seed: number;
}

function simulate(
  city: StreetCity,
  { policy, fleet, shards, seed }: Case,
  options: CommandLine,
  { troubles, before }: { readonly troubles: Troubles; readonly before: RideTimesSnapshot | undefined },
): RunResult {
  return new Simulation(city, policyNamed(policy), {
    fromS: options.from,
    toS: options.to,
    fleet,
    seed,
    matchers: shards,
    maxWaitS: options.maxWait,
    roundS: options.round,
    pickupRadiusM: options.radius,
    rideTimes: options.rideTimes,
    learnedBefore: before,
    troubles,
  }).run();
}

function troublesOf(options: CommandLine, city: StreetCity): Troubles {
  const { etaNoise, answer, declines, cancels, stale, newsDelay, following, failover } = options;
  return {
    etaNoise: etaNoise ?? networkError(city, options.from, options.to),
    answerS: answer,
    declines,
    cancels,
    staleS: stale,
    newsDelayS: newsDelay,
    following,
    failover,
  };
}
