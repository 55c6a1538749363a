import type { FailoverTrace } from '../postgres/failover/failover-trace.ts';

/** State of the Postgres cluster, and its failovers. */
export interface DatabaseState {
  /** Name of the current primary. */
  readonly primary: string;
  /** Whether all the others follow it. */
  readonly isWhole: boolean;
  readonly failovers: readonly FailoverTrace[];
}

/** One failover in the result. */
export interface FailoverFact {
  failed: string;
  cause: FailoverTrace['cause'];
  /** Null: none before the end of the run. Equal to `failed` if that server was restarted in place. */
  promoted: string | null;
  /** Seconds from the detection until a standby confirmed a commit again; null: not before the end of the run. */
  writable_after_s: number | null;
}

export function failoverFacts(failovers: readonly FailoverTrace[]): FailoverFact[] {
  return failovers.map(({ failed, cause, promoted, detectedAtMs, writableAtMs }) => ({
    failed,
    cause,
    promoted: promoted ?? null,
    writable_after_s:
      writableAtMs === undefined ? null : Math.round((writableAtMs - detectedAtMs) / 100) / 10,
  }));
}

/** For the live view. */
export function databaseText({ primary, isWhole, failovers }: DatabaseState): string {
  const state = `primary ${primary}, ${isWhole ? 'all standbys follow' : 'a standby is being brought back'}`;
  return failovers.length === 0 ? state : `${state}; ${failoversText(failoverFacts(failovers))}`;
}

/** `2, the slowest took commits again after 1.4 s`. */
export function failoversText(facts: readonly FailoverFact[]): string {
  const timesS = facts.flatMap(({ writable_after_s: afterS }) => afterS ?? []);
  const count = facts.length === 1 ? '1 failover' : `${facts.length} failovers`;
  if (timesS.length === 0) return count;
  return `${count}, commits again after ${Math.max(...timesS).toFixed(1)} s${facts.length > 1 ? ' at most' : ''}`;
}
