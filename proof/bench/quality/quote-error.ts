import type { Trip } from './world/fleet.ts';

/** How far quoted ride times are from the recorded ones. */
export interface TimeError {
  /** Mean of quoted minus recorded seconds. */
  readonly bias_s: number;
  /** Mean of the absolute difference. */
  readonly mae_s: number;
  /** Standard deviation of the logarithm of recorded over quoted seconds. */
  readonly log_sd: number;
}

/** The errors of both kinds of quotes over the same requests. */
export interface QuoteError {
  readonly street: TimeError;
  readonly learned: TimeError;
  /** Share of rides that took no longer than the learned 0.9 quantile. */
  readonly learned_p90_pct: number;
}

/** Over all measured requests, and over the first and the second half of the measured time. */
export interface QuoteErrors extends QuoteError {
  readonly halves: readonly [QuoteError, QuoteError];
}

/** @param halfS when the second half begins */
export function quoteErrors(asked: readonly Trip[], halfS: number): QuoteErrors {
  return {
    ...errorOf(asked),
    halves: [
      errorOf(asked.filter(({ requestedAtS }) => requestedAtS < halfS)),
      errorOf(asked.filter(({ requestedAtS }) => requestedAtS >= halfS)),
    ],
  };
}

/** The mean of each figure over several runs. */
export function meanQuoteErrors(runs: readonly QuoteErrors[]): QuoteErrors {
  return {
    ...meanError(runs),
    halves: [meanError(runs.map(({ halves }) => halves[0])), meanError(runs.map(({ halves }) => halves[1]))],
  };
}

function errorOf(trips: readonly Trip[]): QuoteError {
  return {
    street: timeError(trips, ({ quoted }) => quoted.streetS),
    learned: timeError(trips, ({ quoted }) => quoted.learnedS),
    learned_p90_pct: 100 * meanOf(trips.map(({ rideS, quoted }) => (rideS <= quoted.upperS ? 1 : 0))),
  };
}

function timeError(trips: readonly Trip[], quotedS: (trip: Trip) => number): TimeError {
  const errors = trips.map((trip) => quotedS(trip) - trip.rideS);
  const logs = trips.map((trip) => Math.log(trip.rideS / Math.max(1, quotedS(trip))));
  const mean = meanOf(logs);
  return {
    bias_s: meanOf(errors),
    mae_s: meanOf(errors.map(Math.abs)),
    log_sd: Math.sqrt(meanOf(logs.map((log) => (log - mean) ** 2))),
  };
}

function meanError(runs: readonly QuoteError[]): QuoteError {
  const timesOf = (of: (run: QuoteError) => TimeError): TimeError => ({
    bias_s: rounded(meanOf(runs.map((run) => of(run).bias_s)), 10),
    mae_s: rounded(meanOf(runs.map((run) => of(run).mae_s)), 10),
    log_sd: rounded(meanOf(runs.map((run) => of(run).log_sd)), 1_000),
  });
  return {
    street: timesOf(({ street }) => street),
    learned: timesOf(({ learned }) => learned),
    learned_p90_pct: rounded(meanOf(runs.map(({ learned_p90_pct }) => learned_p90_pct)), 10),
  };
}

function meanOf(values: readonly number[]): number {
  return values.length === 0 ? NaN : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function rounded(value: number, steps: number): number {
  return Math.round(value * steps) / steps;
}
