import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runner, type RunnerOption } from 'node-pg-migrate';
import { DatabaseError } from 'pg';
import { UserError } from '../command-line/user-error.ts';
import { query } from '../postgres/query.ts';

/** The SQL files of the schema, run in the order of their names, each once and in a transaction of its own. */
export const MIGRATIONS_DIRECTORY = fileURLToPath(new URL('../../migrations', import.meta.url));

/** Marks a file whose only statement cannot run inside a transaction. */
const NO_TRANSACTION = /^-- Up Migration, outside of a transaction$/m;
const UP = /^-- Up Migration[^\n]*$([\s\S]*)^-- Down Migration/m;

/** Lock timeout of the migration, or a deadlock: the migration was rolled back and may be retried. */
const LOCK_CONFLICTS = new Set(['55P03', '40P01']);
/** How often a migration tries to get its locks before it fails. */
const MAX_LOCK_ATTEMPTS = 60;
/** How long to pause between two attempts, so that sessions queued behind the lock request can run. */
const PAUSE_BETWEEN_ATTEMPTS_MS = 500;

/**
 * Migrates the database to the newest migration, or to `upTo`; returns the names of the migrations it ran. Throws if a
 * migration or its check fails.
 */
export async function migrate(databaseUrl: string, upTo?: string): Promise<string[]> {
  const names: string[] = [];
  for (;;) {
    const name = await runNext(databaseUrl);
    if (name === undefined) return names;
    names.push(name);
    await verify(databaseUrl, name);
    if (name === upTo) return names;
  }
}

/** Runs the next migration. Retries its locks, so that writers never wait behind it for longer than its lock_timeout. */
async function runNext(databaseUrl: string): Promise<string | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const [ran] = await runner(optionsFor(databaseUrl));
      return ran?.name;
    } catch (error) {
      const mayTryAgain = error instanceof DatabaseError && LOCK_CONFLICTS.has(error.code ?? '');
      if (!mayTryAgain || attempt === MAX_LOCK_ATTEMPTS) throw error;
      await sleep(PAUSE_BETWEEN_ATTEMPTS_MS);
    }
  }
}

/** Runs `migrations/checks/<name>.sql`; each row it returns is a fault. */
async function verify(databaseUrl: string, name: string): Promise<void> {
  const check = readFileSync(join(MIGRATIONS_DIRECTORY, 'checks', `${name}.sql`), 'utf8');
  const wrong = await query<{ wrong: string }>(databaseUrl, check);
  if (wrong.length === 0) return;
  throw new UserError(`after migration ${name}: ${wrong.map((row) => row.wrong).join('; ')}`);
}

function optionsFor(databaseUrl: string): RunnerOption {
  return {
    databaseUrl,
    dir: MIGRATIONS_DIRECTORY,
    direction: 'up',
    count: 1,
    migrationsTable: 'migration',
    advisoryLockMode: 'wait',
    migrationLoaderStrategies: [{ extensions: ['.sql'], loader: loadSqlFiles }],
    log: () => {},
  };
}

async function loadSqlFiles(paths: string[]) {
  return paths.map((path) => ({ id: path, filePaths: [path], actions: actionsOf(path) }));
}

function actionsOf(path: string) {
  const text = readFileSync(path, 'utf8');
  const sql = UP.exec(text)?.[1];
  if (sql === undefined)
    throw new Error(`${path} has no "-- Up Migration" with a "-- Down Migration" after it`);
  return {
    up: (builder: MigrationSteps) => {
      if (NO_TRANSACTION.test(text)) builder.noTransaction();
      builder.sql(sql);
    },
    // Forward only.
    down: false as const,
  };
}

interface MigrationSteps {
  noTransaction(): void;
  sql(text: string): void;
}
