import { escapeIdentifier } from 'pg';
import { query } from '../../ops/postgres/query.ts';

/** Creates a database, as a copy of `template` if given; no session may be connected to the template. */
export async function createDatabase(adminUrl: string, name: string, template?: string): Promise<void> {
  const from = template === undefined ? '' : ` TEMPLATE ${escapeIdentifier(template)}`;
  await query(adminUrl, `CREATE DATABASE ${escapeIdentifier(name)}${from}`);
}

/** Drops a database and terminates its sessions. */
export async function dropDatabase(adminUrl: string, name: string): Promise<void> {
  await query(adminUrl, `DROP DATABASE IF EXISTS ${escapeIdentifier(name)} WITH (FORCE)`);
}
