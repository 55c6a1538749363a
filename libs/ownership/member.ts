import type { InstanceName } from './shard-claim.ts';

/**
 * `active` takes part. `drained` (by an operator) and `leaving` (by itself) keep their shards until these are handed
 * over, and get no more. `lost` was silent for too long and owns nothing.
 */
export type MemberState = 'active' | 'drained' | 'leaving' | 'lost';

/** A matcher that has joined and not left, as recorded in Postgres. */
export interface Member {
  readonly instance: InstanceName;
  /** Identifies one run of the process. */
  readonly incarnation: string;
  readonly state: MemberState;
}
