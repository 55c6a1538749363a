/** How far the log of a standby reaches that confirms nothing to the old primary any more. */
export interface ReachedStandby {
  readonly name: string;
  /** End of the log that it has on disk, as a byte position. */
  readonly lsn: bigint;
}

export interface Quorum {
  /** The n of `ANY k of n`: all standbys that the primary could wait for. */
  readonly standbys: number;
  /** The k: so many of them have each acknowledged commit on disk; 0 where commits wait for none. */
  readonly confirmations: number;
}

/**
 * How many standbys must be known and cut off: with one fewer, those that confirmed a commit could be just the ones that
 * nobody has asked.
 */
export function neededStandbys({ standbys, confirmations }: Quorum): number {
  return confirmations === 0 ? 1 : standbys - confirmations + 1;
}

/**
 * Who is to be promoted: the one whose log reaches furthest, and so has every acknowledged commit. Undefined where too
 * few could be asked to be sure of that: then the old primary alone is known to have everything.
 */
export function chooseSuccessor(quorum: Quorum, reached: readonly ReachedStandby[]): string | undefined {
  if (reached.length < neededStandbys(quorum)) return undefined;
  return reached.reduce((best, one) => (one.lsn > best.lsn ? one : best), reached[0] as ReachedStandby).name;
}
