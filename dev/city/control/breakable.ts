import type { CityAct, CityProcessKind, CityProcessState } from '#libs/contracts';

/** A process of the city that a person may break. */
export interface Breakable {
  readonly name: string;
  readonly kind: CityProcessKind;
  readonly role?: 'primary' | 'standby';
  readonly state: CityProcessState;
  /** Wall time of the start of its state. */
  readonly sinceMs: number;
  /** Null: it has no process now. */
  readonly pid: number | null;
  readonly metricsUrl?: string;
  /** What can be done to it now. */
  readonly can: readonly CityAct[];
  /** Resolves when it has taken effect. */
  act(act: CityAct): Promise<void>;
  /** Breaks nothing any more: ends a freeze, mends a cut, restarts nothing. */
  close(): Promise<void>;
}

/** How long a frozen or cut process stays so, if nobody ends it. */
export const MAX_BROKEN_MS = 60_000;
