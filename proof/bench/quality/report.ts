import type { RunResult } from './kpis.ts';
import { meanQuoteErrors, type QuoteError, type QuoteErrors } from './quote-error.ts';
import type { RideTimeSource } from './quoted-rides.ts';

/** A figure over several seeds. */
export interface Spread {
  readonly mean: number;
  readonly sd: number;
}

/** One line of the report: a policy, a fleet and a number of matchers, over all seeds. */
export interface ReportRow {
  readonly policy: string;
  readonly fleet: number;
  readonly shards: number;
  /** What quotes said. */
  readonly ride_times: RideTimeSource;
  readonly seeds: number;
  readonly requests: number;
  readonly served_pct: Spread;
  readonly late_pct: number;
  /** Mean wait of the riders who were picked up too late. */
  readonly late_wait_s: number;
  /** Share served by fifths of the true ride length, shortest first. */
  readonly served_by_fifth_pct: readonly number[];
  /** Share of the requested seconds of riding that were served. */
  readonly ride_seconds_pct: number;
  /** Share of all requests that one matcher sees, in the mean. */
  readonly demand_seen_pct: number;
  readonly wait_s: Spread & { readonly p50: number; readonly p95: number };
  readonly pickup_s_per_trip: number;
  readonly reposition_s_per_trip: number;
  readonly utilisation: number;
  readonly swaps_per_trip: number;
  readonly unmatched_riders: number;
  readonly lowest_zone_served_pct: number;
  readonly gini: number;
  /** Both kinds of quotes beside each other, whichever was told. */
  readonly quote_error: QuoteErrors;
  readonly round_ms: { readonly p50: number; readonly p99: number };
  readonly events_per_s: number;
  readonly elapsed_s: number;
}

export function reportRow(
  policy: string,
  fleet: number,
  shards: number,
  rideTimes: RideTimeSource,
  runs: readonly RunResult[],
): ReportRow {
  const mean = (of: (run: RunResult) => number): number => round(meanOf(runs.map(of)));
  const waits = sorted(runs.map(({ waitsS }) => waitsS));
  const rounds = sorted(runs.map(({ roundsMs }) => roundsMs));
  return {
    policy,
    fleet,
    shards,
    ride_times: rideTimes,
    seeds: runs.length,
    requests: mean(({ requests }) => requests),
    served_pct: spread(runs.map(({ servedPct }) => servedPct)),
    late_pct: mean(({ latePct }) => latePct),
    late_wait_s: mean(({ lateWaitS }) => lateWaitS),
    served_by_fifth_pct: [0, 1, 2, 3, 4].map((fifth) =>
      mean(({ servedByFifthPct }) => servedByFifthPct[fifth] ?? 0),
    ),
    ride_seconds_pct: mean(({ rideSecondsPct }) => rideSecondsPct),
    demand_seen_pct: mean(({ demandSeenPct }) => demandSeenPct),
    wait_s: {
      ...spread(runs.map(({ waitsS }) => meanOf([...waitsS]))),
      p50: round(quantile(waits, 0.5)),
      p95: round(quantile(waits, 0.95)),
    },
    pickup_s_per_trip: mean(({ pickupSPerTrip }) => pickupSPerTrip),
    reposition_s_per_trip: mean(({ moveSPerTrip }) => moveSPerTrip),
    utilisation: mean(({ utilisation }) => utilisation),
    swaps_per_trip: mean(({ swapsPerTrip }) => swapsPerTrip),
    unmatched_riders: runs.reduce((sum, { unmatchedRiders }) => sum + unmatchedRiders, 0),
    lowest_zone_served_pct: mean(({ lowestZoneServedPct }) => lowestZoneServedPct),
    gini: mean(({ gini }) => gini),
    quote_error: meanQuoteErrors(runs.map((run) => run.quoteErrors)),
    round_ms: { p50: round(quantile(rounds, 0.5)), p99: round(quantile(rounds, 0.99)) },
    events_per_s: Math.round(meanOf(runs.map(({ eventsPerS }) => eventsPerS))),
    elapsed_s: mean(({ elapsedS }) => elapsedS),
  };
}

/** A table for the terminal, rows in their order. */
export function tableOf(rows: readonly ReportRow[]): string {
  const head = [
    'policy',
    'fleet',
    'shards',
    'served %',
    'late %',
    'by fifths of ride length',
    'ride s %',
    'wait s',
    'p50',
    'p95',
    'pickup s',
    'moved s',
    'used',
    'swaps',
    'worst zone',
    'gini',
    'round p99 ms',
    'took s',
  ];
  const lines = rows.map((row) => [
    row.policy,
    String(row.fleet),
    String(row.shards),
    `${row.served_pct.mean} ± ${row.served_pct.sd}`,
    String(row.late_pct),
    row.served_by_fifth_pct.map((pct) => pct.toFixed(1)).join(' '),
    String(row.ride_seconds_pct),
    `${row.wait_s.mean} ± ${row.wait_s.sd}`,
    String(row.wait_s.p50),
    String(row.wait_s.p95),
    String(row.pickup_s_per_trip),
    String(row.reposition_s_per_trip),
    String(row.utilisation),
    String(row.swaps_per_trip),
    String(row.lowest_zone_served_pct),
    String(row.gini),
    String(row.round_ms.p99),
    String(row.elapsed_s),
  ]);
  const widths = head.map((title, column) =>
    Math.max(title.length, ...lines.map((line) => line[column]?.length ?? 0)),
  );
  return [head, ...lines]
    .map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .join('\n');
}

/** The errors of quotes for the terminal, one line a row and half. */
export function quoteErrorLines(rows: readonly ReportRow[]): string[] {
  const words = ({ street, learned, learned_p90_pct }: QuoteError): string =>
    [
      ...(
        [
          ['street', street],
          ['learned', learned],
        ] as const
      ).map(
        ([name, { bias_s, mae_s, log_sd }]) => `${name} bias ${bias_s} s, mae ${mae_s} s, log-sd ${log_sd}`,
      ),
      `${learned_p90_pct} % within the learned p90`,
    ].join('; ');
  return rows.flatMap(({ policy, fleet, shards, ride_times, quote_error }) => [
    `quotes of ${policy}, ${fleet} cars, ${shards} matchers, told by ${ride_times}: ${words(quote_error)}`,
    ...quote_error.halves.map((half, place) => `  ${place === 0 ? 'first' : 'second'} half: ${words(half)}`),
  ]);
}

function sorted(parts: readonly Float64Array[]): Float64Array {
  return Float64Array.from(parts.flatMap((part) => [...part])).sort();
}

function quantile(values: Float64Array, share: number): number {
  return values[Math.min(values.length - 1, Math.floor(share * values.length))] ?? NaN;
}

function spread(values: readonly number[]): Spread {
  const mean = meanOf(values);
  const variance =
    values.length < 2 ? 0 : values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return { mean: round(mean), sd: round(Math.sqrt(variance)) };
}

function meanOf(values: readonly number[]): number {
  return values.length === 0 ? NaN : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
