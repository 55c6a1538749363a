import type { FleetStats } from '#libs/contracts';
import type { DataReport } from '#libs/geo';
import type { ProcessUsage } from '../process/usage.ts';
import type { FailoverFact } from './database-state.ts';
import type { Machine } from '../machine/describe-machine.ts';

export interface NamedUsage extends ProcessUsage {
  name: string;
}

/** How the run was made: enough to repeat it. */
export interface RunFacts extends Machine {
  /** Failovers of Postgres, oldest first. */
  failovers: FailoverFact[];
  /** What happened to the rows of the given files; null for the built-in city. */
  data: DataReport | null;
  command: string;
  seed: number;
  /** Time of the command, RFC 3339. */
  started_at: string;
  /** Seconds from the command until every service was ready. */
  ready_s: number;
  /** Seconds from the command until the start of the fleet, from which the fleet's times count. */
  fleet_started_s: number;
}

/** The result of `npm start`: the table at its end, and the file of `--json`. */
export interface CityResult extends Omit<RunFacts, 'fleet_started_s'> {
  requested: number;
  /** Riders picked up. */
  served: number;
  canceled: number;
  expired: number;
  open: number;
  /** Percent of the closed trips; null without any. */
  served_pct: number | null;
  wait_s: FleetStats['wait_s'];
  match_latency_ms: FleetStats['match_latency_ms'];
  pings_per_s: number;
  errors: number;
  errors_by_code: FleetStats['errors_by_code'];
  /** Seconds from the command to the first accepted offer; null without one. */
  first_match_s: number | null;
  /** Duration of the demand in seconds of wall time. */
  elapsed_s: number;
  processes: NamedUsage[];
}

export function cityResult(facts: RunFacts, stats: FleetStats, processes: NamedUsage[]): CityResult {
  const { fleet_started_s: fleetStartedS, ...run } = facts;
  const { requested, served, canceled, expired, open } = stats;
  return {
    ...run,
    requested,
    served,
    canceled,
    expired,
    open,
    served_pct: servedPct(stats),
    wait_s: stats.wait_s,
    match_latency_ms: stats.match_latency_ms,
    pings_per_s: stats.pings_per_s,
    errors: stats.errors,
    errors_by_code: stats.errors_by_code,
    first_match_s: stats.first_match_ms === null ? null : round(fleetStartedS + stats.first_match_ms / 1000),
    elapsed_s: stats.elapsed_s,
    processes,
  };
}

/** Percent of the closed trips whose rider was picked up. */
function servedPct({ requested, served, open }: FleetStats): number | null {
  const closed = requested - open;
  return closed === 0 ? null : round((100 * served) / closed);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
