import { escapeIdentifier } from 'pg';
import { query } from '../../ops/postgres/query.ts';

/** Makes a database, as a copy of `template` (to which nobody may be connected) where one is named. */
export async function createDatabase(adminUrl: string, name: string, template?: string): Promise<void> {
  const from = template === undefined ? '' : ` TEMPLATE ${escapeIdentifier(template)}`;
  await query(adminUrl, `CREATE DATABASE ${escapeIdentifier(name)}${from}`);
}

/** Removes a database and ends the sessions that are still in it. */
export async function dropDatabase(adminUrl: string, name: string): Promise<void> {
  await query(adminUrl, `DROP DATABASE IF EXISTS ${escapeIdentifier(name)} WITH (FORCE)`);
}
