/** The end of the WAL of a standby that is cut off from the old primary. */
export interface ReachedStandby {
  readonly name: string;
  /** End of the WAL on its disk, as a byte position. */
  readonly lsn: bigint;
}

export interface Quorum {
  /** The n of `ANY k of n`: all standbys that the primary could wait for. */
  readonly standbys: number;
  /** The k: number of standbys that have each acknowledged commit on disk; 0 if commits wait for none. */
  readonly confirmations: number;
}

/**
 * Number of standbys that must be reached and cut off. With one fewer, all standbys that confirmed a commit could be
 * among the unreached ones.
 */
export function neededStandbys({ standbys, confirmations }: Quorum): number {
  return confirmations === 0 ? 1 : standbys - confirmations + 1;
}

/**
 * Chooses the standby with the longest WAL, which has every acknowledged commit. Undefined if too few standbys were
 * reached for that guarantee: then only the old primary is known to have every commit.
 */
export function chooseSuccessor(quorum: Quorum, reached: readonly ReachedStandby[]): string | undefined {
  if (reached.length < neededStandbys(quorum)) return undefined;
  return reached.reduce((best, one) => (one.lsn > best.lsn ? one : best), reached[0] as ReachedStandby).name;
}
