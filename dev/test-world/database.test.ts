import { expect, test } from 'vitest';
import { query } from '../../ops/postgres/query.ts';
import { testDatabase } from './database.ts';

test('each database is separate, and replicated to the standby', async () => {
  const [one, other] = await Promise.all([testDatabase(), testDatabase()]);
  await query(one.url, 'CREATE TABLE only_here (id int)');
  const tables = "SELECT count(*)::int AS n FROM pg_tables WHERE tablename = 'only_here'";
  expect(await query(one.url, tables)).toEqual([{ n: 1 }]);
  expect(await query(other.url, tables)).toEqual([{ n: 0 }]);
  expect(one.urls).toHaveLength(2);
  await Promise.all([one.drop(), other.drop()]);
  await expect(query(one.url, tables)).rejects.toMatchObject({ code: '3D000' });
});
