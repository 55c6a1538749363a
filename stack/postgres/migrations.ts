import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';

/** The SQL files of the schema, run in the order of their names, each once. */
export const MIGRATIONS_DIRECTORY = fileURLToPath(new URL('../../migrations', import.meta.url));

/** Brings the database up to the newest migration; gives the names of those it ran. */
export async function migrate(databaseUrl: string): Promise<string[]> {
  const ran = await runner({
    databaseUrl,
    dir: MIGRATIONS_DIRECTORY,
    direction: 'up',
    migrationsTable: 'migration',
    advisoryLockMode: 'wait',
    log: () => {},
  });
  return ran.map(({ name }) => name);
}
