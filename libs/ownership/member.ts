import type { InstanceName } from './shard-claim.ts';

/**
 * `active` takes part; `drained`, by an operator, and `leaving`, by its own wish, keep what they have until it is handed
 * over and get nothing more; `lost` was silent for too long and has nothing.
 */
export type MemberState = 'active' | 'drained' | 'leaving' | 'lost';

/** A matcher that has joined and not gone, as Postgres has it. */
export interface Member {
  readonly instance: InstanceName;
  /** Names one life of the process. */
  readonly incarnation: string;
  readonly state: MemberState;
}
