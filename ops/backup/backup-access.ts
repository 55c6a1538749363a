import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { query } from '../postgres/query.ts';

/** A role that copies the cluster and can do nothing else in it. */
const ROLE = 'hailgrid_backup';
const ACCESS_FILE = 'database-urls';

/**
 * Makes the role that takes base backups: it may replicate, and have the log switched. Where to reach the cluster as that
 * role is left in the backup directory, readable to its owner only, for `npm run backup`.
 *
 * @param urls of the superuser, on the database `postgres` of each server, the primary first
 */
export async function grantBackup(path: string, urls: readonly string[]): Promise<void> {
  const password = randomBytes(18).toString('hex');
  const [primary] = urls;
  if (primary === undefined) throw new Error('a cluster without servers');
  await query(
    primary,
    `CREATE ROLE ${ROLE} LOGIN REPLICATION PASSWORD '${password}';
     GRANT EXECUTE ON FUNCTION pg_switch_wal() TO ${ROLE}`,
  );
  const asRole = urls.map((url) => Object.assign(new URL(url), { username: ROLE, password }).href);
  writeFileSync(join(path, ACCESS_FILE), `${asRole.join(',')}\n`, { mode: 0o600 });
}

/** What {@link grantBackup} left there: URLs, comma-separated. */
export function readAccess(path: string): string | undefined {
  const file = join(path, ACCESS_FILE);
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
}
