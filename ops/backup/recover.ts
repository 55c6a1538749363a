import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { query } from '../postgres/query.ts';
import type { ServerSpec } from '../../dev/postgres/server.ts';
import { UserError } from '../command-line/user-error.ts';
import { restoreCommand } from './archive-settings.ts';
import { startPrivately, type PrivateServer } from './private-server.ts';
import { describeTarget, targetSettings, type RestoreTarget } from './restore-target.ts';
import type { MissingWal } from './wal-coverage.ts';

/** Recovery that gets no further for so long is given up. */
const STALLED_LIMIT_MS = 10 * 60_000;
const POLL_MS = 200;

/** What Postgres writes to its log, in English since its messages have locale C. */
const TOO_SHORT = 'recovery ended before configured recovery target was reached';
const LAST_TRANSACTION = /last completed transaction was at log time (.+)/;
const UNREADABLE = /restore-wal: (\S+) cannot be read/;

/**
 * Plays the log of the archive over the laid-out base backup, until the target; resolves when the server takes writes, on
 * a timeline of its own. Throws {@link UserError} where the log does not get there.
 *
 * @param missing what the archive is known to lack
 */
export async function recover(
  spec: Omit<ServerSpec, 'port'>,
  backupPath: string,
  target: RestoreTarget,
  missing: readonly MissingWal[],
): Promise<PrivateServer> {
  writeFileSync(spec.logFile, '', { mode: 0o600 });
  const settings = {
    ...targetSettings(target),
    restore_command: restoreCommand(backupPath),
    recovery_target_action: 'promote',
    // Whoever starts it next says where its log goes.
    archive_mode: 'off',
  };
  let server: PrivateServer | undefined;
  try {
    server = await startPrivately(spec, settings);
    await untilWriting(server);
    return server;
  } catch (error) {
    await server?.stop();
    throw explain(readFileSync(spec.logFile, 'utf8'), target, missing) ?? error;
  }
}

async function untilWriting(server: PrivateServer): Promise<void> {
  let position: string | undefined;
  let deadline = performance.now() + STALLED_LIMIT_MS;
  for (;;) {
    if (!server.child.isRunning()) throw new UserError(server.child.describeExit(await server.child.exited));
    const now = await progress(server.url('postgres'));
    if (now?.in_recovery === false) return;
    if (now?.position !== undefined && now.position !== position) {
      position = now.position;
      deadline = performance.now() + STALLED_LIMIT_MS;
    }
    if (performance.now() > deadline)
      throw new UserError(`recovery got no further than ${position ?? 'its beginning'}`);
    await sleep(POLL_MS);
  }
}

interface Progress {
  in_recovery: boolean;
  position: string;
}

/** Undefined where the server does not answer: it is going down, as its exit will tell. */
async function progress(url: string): Promise<Progress | undefined> {
  try {
    const [row] = await query<Progress & Record<string, unknown>>(
      url,
      `SELECT pg_is_in_recovery() AS in_recovery, pg_last_wal_replay_lsn()::text AS position`,
    );
    return row;
  } catch {
    return undefined;
  }
}

function explain(log: string, target: RestoreTarget, missing: readonly MissingWal[]): UserError | undefined {
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
  const why = gap === undefined ? '' : `; the archive lacks ${gap.name}`;
  return new UserError(`the log ends before ${describeTarget(target)}: ${end}${why}`);
}
