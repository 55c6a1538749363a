import { query } from '../../ops/postgres/query.ts';

/** Makes a standby the primary, as the keeper does where no other one is left to confirm its commits. */
export async function promoteAlone(url: string): Promise<void> {
  await query(url, `ALTER SYSTEM SET synchronous_standby_names = ''`);
  await query(url, 'SELECT pg_reload_conf()');
  await query(url, 'SELECT pg_promote()');
}
