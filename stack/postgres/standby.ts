import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { LOOPBACK } from '../network/free-port.ts';
import type { SupervisedChild } from '../process/supervised-child.ts';
import { withClient } from './query.ts';
import { giveTo } from './run-as.ts';
import { startServer, SUPERUSER, urlOf, type ServerSpec } from './server.ts';

/** What a base backup leaves out: files of the running primary, and WAL, which the standby streams. */
const NOT_COPIED = new Set([
  'postmaster.pid',
  'postmaster.opts',
  'pg_wal',
  'pg_replslot',
  'pg_stat_tmp',
  'pg_notify',
]);

/**
 * Makes a hot standby out of a base backup of the running primary, and starts it. This is what pg_basebackup does,
 * which the embedded Postgres does not bring.
 */
export async function startStandby(
  primary: ServerSpec,
  standby: ServerSpec,
  password: string,
): Promise<SupervisedChild> {
  const label = await copyWhileBackingUp(primary, standby, password);
  writeFileSync(join(standby.dataDirectory, 'backup_label'), label);
  writeFileSync(join(standby.dataDirectory, 'standby.signal'), '');
  writeFileSync(
    join(standby.dataDirectory, 'postgresql.auto.conf'),
    followSettings(primary, standby, password),
  );
  await giveTo(standby.user, standby.dataDirectory);
  return startServer(standby);
}

/** The backup lasts as long as the session that began it; its end gives the label that recovery starts from. */
function copyWhileBackingUp(primary: ServerSpec, standby: ServerSpec, password: string): Promise<string> {
  return withClient(urlOf(primary, password, 'postgres'), async (client) => {
    await client.query(`SELECT pg_backup_start($1, fast => true)`, [standby.name]);
    copyData(primary.dataDirectory, standby.dataDirectory);
    const { rows } = await client.query<{ labelfile: string }>(
      'SELECT labelfile FROM pg_backup_stop(wait_for_archive => false)',
    );
    const label = rows[0]?.labelfile;
    if (label === undefined) throw new Error('pg_backup_stop gave no label');
    return label;
  });
}

function copyData(from: string, to: string): void {
  cpSync(from, to, { recursive: true, filter: (source) => !NOT_COPIED.has(relative(from, source)) });
  for (const directory of ['pg_wal', 'pg_replslot', 'pg_stat_tmp', 'pg_notify']) {
    mkdirSync(join(to, directory), { recursive: true, mode: 0o700 });
  }
}

function followSettings(primary: ServerSpec, standby: ServerSpec, password: string): string {
  const connection = [
    `host=${LOOPBACK} port=${primary.port} user=${SUPERUSER} password=${password}`,
    `application_name=${standby.name}`,
  ].join(' ');
  return `primary_conninfo = '${connection}'\n`;
}
