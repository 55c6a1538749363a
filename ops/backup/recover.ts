import { readFileSync, writeFileSync } from 'node:fs';
import { UserError } from '../command-line/user-error.ts';
import {
  startPrivately,
  untilWriting,
  type LocalServerSpec,
  type PrivateServer,
} from '../postgres/local-server.ts';
import { describeTarget, targetSettings, type RestoreTarget } from './restore-target.ts';
import { restoreCommand } from './wal-archive.ts';

/** Lines that Postgres writes to its log, with locale C. */
const TOO_SHORT = 'recovery ended before configured recovery target was reached';
const LAST_TRANSACTION = /last completed transaction was at log time (.+)/;
const UNREADABLE = /restore-wal: (\S+) cannot be read/;

/**
 * Replays the archived WAL over the copied base backup up to the target; resolves when the server accepts writes, on a new
 * timeline. Throws {@link UserError} if the WAL does not reach the target.
 *
 * @param missing names of the WAL files that the archive lacks
 */
export async function recover(
  spec: LocalServerSpec,
  backupPath: string,
  target: RestoreTarget,
  missing: readonly string[],
): Promise<PrivateServer> {
  writeFileSync(spec.logFile, '', { mode: 0o600 });
  const server = await startPrivately(spec, {
    ...targetSettings(target),
    restore_command: restoreCommand(backupPath),
    recovery_target_action: 'promote',
    // The restored cluster is a new timeline and gets an archive of its own.
    archive_mode: 'off',
  });
  try {
    await untilWriting(server, server.url('postgres'));
    return server;
  } catch (error) {
    await server.stop();
    throw explain(readFileSync(spec.logFile, 'utf8'), target, missing) ?? error;
  }
}

function explain(log: string, target: RestoreTarget, missing: readonly string[]): UserError | undefined {
  const unreadable = UNREADABLE.exec(log)?.[1];
  if (unreadable !== undefined)
    return new UserError(`${unreadable} of the archive cannot be read: recovery stopped there`);
  if (!log.includes(TOO_SHORT)) return undefined;
  const last = LAST_TRANSACTION.exec(log)?.[1];
  const end =
    last === undefined
      ? 'it has no transaction after the base backup'
      : `its last transaction is from ${last}`;
  const [gap] = missing;
  const why = gap === undefined ? '' : `; the archive lacks ${gap}`;
  return new UserError(`the log ends before ${describeTarget(target)}: ${end}${why}`);
}
