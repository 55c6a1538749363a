import type { FleetStats } from '#libs/contracts';
import type { ErrorCounts, PingCount, SlidingCount } from './counts.ts';
import type { TripBook } from './trip-book.ts';

/** Progress of the run, in wall milliseconds. */
export interface Progress {
  readonly elapsedMs: number;
  readonly remainingMs: number | null;
  readonly firstMatchMs: number | null;
  /** Set at the end: positions sent during the demand. */
  readonly pingsInDemand?: number;
}

export interface FleetCounts {
  readonly book: TripBook;
  readonly pings: PingCount;
  readonly errors: ErrorCounts;
  /** Acceptances within the last minute of service time. */
  readonly matches: SlidingCount;
}

/** The current figures. @param nowMs service time */
export function fleetReport(
  { book, pings, errors, matches }: FleetCounts,
  driversOnline: number,
  nowMs: number,
  progress: Progress,
): FleetStats {
  const { elapsedMs, remainingMs, firstMatchMs, pingsInDemand } = progress;
  const overall = pingsInDemand === undefined ? null : pingsInDemand / Math.max(1, elapsedMs / 1000);
  return {
    requested: book.requested,
    served: book.served,
    canceled: book.inState('rider_canceled'),
    expired: book.inState('no_drivers_available'),
    open: book.open,
    drivers_online: driversOnline,
    trips_by_state: book.byState(),
    matched_per_min: matches.total(nowMs),
    wait_s: {
      mean: book.waitS.mean(),
      p50: book.waitS.percentile(0.5),
      p95: book.waitS.percentile(0.95),
    },
    match_latency_ms: { p50: book.matchLatencyMs.percentile(0.5), p99: book.matchLatencyMs.percentile(0.99) },
    pings_per_s: overall ?? pings.perSecond(),
    pings_sent: pings.sent,
    errors: errors.total,
    errors_by_code: errors.byCode(),
    elapsed_s: elapsedMs / 1000,
    remaining_s: remainingMs === null ? null : remainingMs / 1000,
    first_match_ms: firstMatchMs,
  };
}
