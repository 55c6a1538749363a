import { inject } from 'vitest';
import type { GrantedDatabase } from './shared-postgres.ts';

export interface TestDatabase {
  readonly name: string;
  /** The superuser's URL on the primary. */
  readonly url: string;
  /** URLs of the database on the primary and on its synchronous standby, with the login of `trips`. */
  readonly urls: readonly string[];
  drop(): Promise<void>;
}

/** Creates a separate database with all migrations applied, on the shared Postgres of the test run. */
export async function testDatabase(): Promise<TestDatabase> {
  const databasesUrl = inject('databasesUrl');
  const answer = await fetch(databasesUrl, { method: 'POST' });
  if (!answer.ok) throw new Error(`no test database: ${await answer.text()}`);
  const granted = (await answer.json()) as GrantedDatabase;
  return {
    ...granted,
    drop: async () => {
      const dropped = await fetch(`${databasesUrl}/${granted.name}`, { method: 'DELETE' });
      if (!dropped.ok) throw new Error(`${granted.name} was not dropped: ${await dropped.text()}`);
    },
  };
}
