import { DatabaseError } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testDatabase, type TestDatabase } from '../../dev/test-world/index.ts';
import { query, withClient } from '../postgres/query.ts';

/** SQLSTATE of an argument that a function of ours refuses. */
const INVALID_ARGUMENT = '22023';

/** Arguments that nobody has a use for, by type. A function with an argument of another type needs a line here. */
const HOSTILE: Readonly<Record<string, readonly string[]>> = {
  'timestamp with time zone': [
    'NULL',
    `'infinity'`,
    `'-infinity'`,
    `'2200-01-01T00:00:00Z'`,
    `'294276-12-31T00:00:00Z'`,
    `'1066-10-14T00:00:00Z'`,
    `'4713-01-01 00:00:00Z BC'`,
    `now() + interval '2 years'`,
  ],
  interval: [
    'NULL',
    `'0'`,
    `'1 microsecond'`,
    `'1 second'`,
    `'23 hours 59 minutes'`,
    `'25 hours'`,
    `'-30 days'`,
    `'1 month -31 days'`,
    `'1000 years'`,
    `'178000000 years'`,
  ],
  integer: ['NULL', '0', '-1', '101', '2147483647', '-2147483648'],
};

function hostileOf(type: string): readonly string[] {
  const values = HOSTILE[type];
  if (values === undefined) throw new Error(`no hostile arguments of type ${type}`);
  return values;
}

/** SQLSTATE of a call that the role may not make. */
const INSUFFICIENT_PRIVILEGE = '42501';

interface DefinerCall {
  roles: readonly string[];
  good?: readonly string[];
  /** Of the call with the good arguments, by the login of `trips`. */
  outcome: string;
  makesTables: boolean;
}

/** Who may call each function besides its owner, and arguments that it takes. A function that is not here fails the test. */
const FUNCTIONS: Readonly<Record<string, DefinerCall>> = {
  advance_operator_audit: { roles: [], outcome: INSUFFICIENT_PRIVILEGE, makesTables: false },
  lock_operator_audit: { roles: ['hailgrid_trips'], outcome: 'done', makesTables: false },
  make_history_partitions: {
    roles: ['hailgrid_trips'],
    good: [`now() + interval '300 days'`, `'30 days'`, '3'],
    outcome: 'done',
    makesTables: true,
  },
};

interface DefinerFunction extends Record<string, unknown> {
  name: string;
  types: string[];
  config: string[] | null;
  roles: string[];
}

const LIST = `
  SELECT proname AS name, proconfig AS config,
    ARRAY(SELECT format_type(type, NULL) FROM unnest(proargtypes) WITH ORDINALITY AS t (type, n) ORDER BY n) AS types,
    ARRAY(SELECT CASE WHEN grantee = 0 THEN 'PUBLIC' ELSE grantee::regrole::text END
      FROM aclexplode(coalesce(proacl, acldefault('f', proowner)))
      WHERE privilege_type = 'EXECUTE' AND grantee <> proowner ORDER BY 1) AS roles
  FROM pg_proc
  WHERE prosecdef AND pronamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
    AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
  ORDER BY 1`;
const RELATIONS = `SELECT count(*)::integer AS n FROM pg_class`;

let database: TestDatabase;
let functions: DefinerFunction[];

beforeAll(async () => {
  database = await testDatabase();
  functions = await query<DefinerFunction>(database.url, LIST);
});
afterAll(() => database.drop());

/** Calls the function as the login of `trips` and rolls back; returns `done` or the SQLSTATE, and the tables it made. */
async function call(name: string, args: readonly string[]): Promise<{ code: string; made: number }> {
  return withClient(
    database.urls[0]!,
    async (client) => {
      await client.query('BEGIN');
      const before = await client.query<{ n: number }>(RELATIONS);
      await client.query('SAVEPOINT before');
      let code = 'done';
      try {
        await client.query(`SELECT ${name}(${args.join(', ')})`);
      } catch (error) {
        if (!(error instanceof DatabaseError)) throw error;
        code = error.code ?? '';
        await client.query('ROLLBACK TO before');
      }
      const after = await client.query<{ n: number }>(RELATIONS);
      await client.query('ROLLBACK');
      return { code, made: (after.rows[0]?.n ?? 0) - (before.rows[0]?.n ?? 0) };
    },
    { statementMs: 10_000 },
  );
}

describe('functions that run with the rights of their owner', () => {
  test('are those of the list, with a search_path of their own, for nobody but the roles of the list', () => {
    expect(functions.map(({ name, roles }) => ({ name, roles }))).toEqual(
      Object.entries(FUNCTIONS).map(([name, { roles }]) => ({ name, roles })),
    );
    for (const { name, config } of functions) expect(config, name).toContain('search_path=public, pg_temp');
  });

  test('refuse each hostile argument by an error of their own, and change nothing', async () => {
    for (const { name, types } of functions) {
      const { good = [], outcome, makesTables } = FUNCTIONS[name]!;
      const { code, made } = await call(name, good);
      expect({ name, code, makesTables: made > 0 }).toEqual({ name, code: outcome, makesTables });
      for (const [place, type] of types.entries())
        for (const hostile of hostileOf(type)) {
          const args = good.with(place, hostile);
          expect({ args, ...(await call(name, args)) }).toEqual({ args, code: INVALID_ARGUMENT, made: 0 });
        }
    }
  });

  test('cannot be made to fill the catalogue by calls that are each allowed', async () => {
    const made: number[] = [];
    await withClient(database.urls[0]!, async (client) => {
      await client.query('BEGIN');
      for (const [at, days, ahead] of [
        [0, 1, 30],
        [30, 1, 30],
        [30, 7, 5],
        [30, 30, 2],
        [90, 1, 30],
        [90, 1, 30],
      ] as const) {
        const { rows } = await client.query<{ made: number }>(
          `SELECT make_history_partitions(now() + make_interval(days => $1), make_interval(days => $2), $3) AS made`,
          [at, days, ahead],
        );
        made.push(rows[0]?.made ?? 0);
      }
      await client.query('ROLLBACK');
    });
    // Two tables, at most one partition a day.
    expect(made.reduce((sum, n) => sum + n)).toBeLessThanOrEqual(2 * (90 + 31));
    expect(made.at(-1)).toBe(0);
  });
});
