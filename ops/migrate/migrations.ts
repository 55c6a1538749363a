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

/** Heads a file whose one statement Postgres runs outside of transactions only. */
const NO_TRANSACTION = /^-- Up Migration, outside of a transaction$/m;
const UP = /^-- Up Migration[^\n]*$([\s\S]*)^-- Down Migration/m;

/** A lock that was not to be had within the migration's lock_timeout, or a deadlock: nothing was done. */
const LOCK_CONFLICTS = new Set(['55P03', '40P01']);
/** So often a migration asks for its locks before it is given up. */
const MAX_LOCK_ATTEMPTS = 60;
/** In which whoever waited behind the lock gets on. */
const PAUSE_BETWEEN_ATTEMPTS_MS = 500;

/**
 * Brings the database up to the newest migration, or to the one named; gives the names of those it ran. Throws where a
 * migration fails, or its check finds that it did not leave what it was to leave.
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

/** Asks for the locks again and again, so that writers never wait behind a migration for longer than its lock_timeout. */
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

/** Each row that `migrations/checks/<name>.sql` gives says what is wrong. */
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
