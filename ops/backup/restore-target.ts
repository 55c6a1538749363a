import { UserError } from '../command-line/user-error.ts';
import type { BaseBackup } from './backup-directory.ts';

/** Where the replay of the WAL ends. */
export type RestoreTarget =
  /** At the end of the archive. */
  | { kind: 'latest' }
  /** After every transaction committed by then; RFC 3339 with its offset from UTC. */
  | { kind: 'time'; at: string }
  /** After every record up to this position. */
  | { kind: 'lsn'; lsn: string };

const TIME = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)$/;
const LSN = /^([0-9A-F]{1,8})\/([0-9A-F]{1,8})$/i;

/** Throws {@link UserError} unless exactly one is given, in its format. */
export function readTarget(given: { at?: string; lsn?: string; latest?: boolean }): RestoreTarget {
  const { at, lsn, latest } = given;
  if ([at, lsn, latest].filter((option) => option !== undefined).length !== 1)
    throw new UserError('say up to where to restore: one of --at TIME, --lsn POSITION, --latest');
  if (at !== undefined) {
    if (!TIME.test(at) || Number.isNaN(Date.parse(at)))
      throw new UserError(`--at ${at}: it takes a time with its offset, such as 2026-11-25T17:45:00Z`);
    return { kind: 'time', at };
  }
  if (lsn === undefined) return { kind: 'latest' };
  if (!LSN.test(lsn)) throw new UserError(`--lsn ${lsn}: it takes a position such as 0/5000148`);
  return { kind: 'lsn', lsn };
}

/** The newest base backup that ended before the target. Throws {@link UserError} if there is none. */
export function chooseBackup(backups: readonly BaseBackup[], target: RestoreTarget): BaseBackup {
  const [oldest] = backups;
  if (oldest === undefined) throw new UserError('there is no base backup');
  const chosen = backups.findLast((backup) => hasEndedBy(backup, target));
  if (chosen !== undefined) return chosen;
  throw new UserError(
    `there is no base backup before ${describeTarget(target)}; ` +
      `the oldest one is from ${oldest.ended_at} (${oldest.end_lsn})`,
  );
}

function hasEndedBy(backup: BaseBackup, target: RestoreTarget): boolean {
  if (target.kind === 'time') return Date.parse(backup.ended_at) <= Date.parse(target.at);
  return target.kind === 'latest' || bytesOf(backup.end_lsn) <= bytesOf(target.lsn);
}

/** A position as a number of bytes from the start of the WAL. */
function bytesOf(lsn: string): bigint {
  const [upper = '0', lower = '0'] = lsn.split('/');
  return (BigInt(`0x${upper}`) << 32n) | BigInt(`0x${lower}`);
}

export function describeTarget(target: RestoreTarget): string {
  if (target.kind === 'latest') return 'the latest';
  return target.kind === 'time' ? target.at : target.lsn;
}

/** Postgres's settings for the target. */
export function targetSettings(target: RestoreTarget): Record<string, string> {
  if (target.kind === 'latest') return {};
  return target.kind === 'time'
    ? // The server parses its settings before it knows the abbreviation `Z`.
      { recovery_target_time: target.at.replace(/Z$/, '+00:00') }
    : { recovery_target_lsn: target.lsn };
}
