import { query } from '../../ops/postgres/query.ts';

/** Promotes a standby whose commits wait for no other server, as when no other one is left. */
export async function promoteAlone(url: string): Promise<void> {
  await query(url, `ALTER SYSTEM SET synchronous_standby_names = ''`);
  await query(url, 'SELECT pg_reload_conf()');
  await query(url, 'SELECT pg_promote()');
}
