import { randomBytes } from 'node:crypto';
import { escapeIdentifier, escapeLiteral } from 'pg';
import { withClient } from '../postgres/query.ts';

/** The group roles of migration 0009, by the login that is a member. */
const GROUPS = {
  trips: 'hailgrid_trips',
  readonly: 'hailgrid_readonly',
  maintenance: 'hailgrid_owner',
} as const;

export type LoginFor = keyof typeof GROUPS;
export const LOGINS = Object.keys(GROUPS) as LoginFor[];

/** Name of the login. */
export function loginName(who: LoginFor): string {
  return `hailgrid_${who}_login`;
}

/** The same server and database by another login. */
export type AsLogin = (url: string) => string;

/**
 * Creates a login that is a member of its group only, or changes its password. Standbys have it as soon as they replay it.
 *
 * @param adminUrl of a superuser on the primary, of any migrated database
 */
export async function makeLogin(
  adminUrl: string,
  who: LoginFor,
  password: string = randomBytes(18).toString('hex'),
): Promise<AsLogin> {
  const name = loginName(who);
  await withClient(adminUrl, async (client) => {
    const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [name]);
    const verb = rowCount === 0 ? 'CREATE' : 'ALTER';
    await client.query(`${verb} ROLE ${escapeIdentifier(name)} LOGIN PASSWORD ${escapeLiteral(password)}`);
    await client.query(`GRANT ${GROUPS[who]} TO ${escapeIdentifier(name)}`);
  });
  return (url) => {
    const own = new URL(url);
    own.username = name;
    own.password = encodeURIComponent(password);
    return own.href;
  };
}
