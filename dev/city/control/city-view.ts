import type { Postgres } from '../../postgres/start-postgres.ts';
import type { PostgresKeeper } from '../../postgres/failover/keep-postgres.ts';
import { query } from '../../../ops/postgres/query.ts';
import type { CityView, OwnedShard } from './consequences.ts';

/** How long one question waits; a process that does not answer within this counts as not answering. */
const ANSWER_LIMIT_MS = 1_000;
const PATIENCE = { connectMs: ANSWER_LIMIT_MS, statementMs: ANSWER_LIMIT_MS };

const LIVE_SHARDS =
  'SELECT to_hex(cell) AS shard, epoch::text AS epoch, owner FROM shard WHERE NOT retired ORDER BY cell';

export interface ViewParts {
  postgres: Postgres;
  keeper: Pick<PostgresKeeper, 'failovers' | 'isWhole'>;
  database: string;
  /** Base URLs of the services by their process names. */
  urls: Readonly<Record<string, string>>;
  issuerUrl: string;
  riderApiUrl: string;
}

/** Sees a city as its users and its database do. */
export function viewOf({ postgres, keeper, database, urls, issuerUrl, riderApiUrl }: ViewParts): CityView {
  let token: Promise<string> | undefined;
  const riderToken = (): Promise<string> => {
    token ??= askForToken(issuerUrl).catch((error: unknown) => {
      token = undefined;
      throw error;
    });
    return token;
  };
  return {
    shards: () =>
      query<OwnedShard & Record<string, unknown>>(
        postgres.urlOf(postgres.primary, database),
        LIVE_SHARDS,
        PATIENCE,
      ),
    failovers: () => keeper.failovers,
    isWhole: () => keeper.isWhole,
    answersRider: async () =>
      isOk(`${riderApiUrl}/v1/trips?limit=1`, { authorization: `Bearer ${await riderToken()}` }),
    isReady: (name) =>
      urls[name] === undefined ? Promise.resolve(false) : isOk(`${urls[name]}/health/ready`),
  };
}

async function isOk(url: string, headers: Record<string, string> = {}): Promise<boolean> {
  const answer = await fetch(url, { headers, signal: AbortSignal.timeout(ANSWER_LIMIT_MS) });
  await answer.arrayBuffer();
  return answer.ok;
}

async function askForToken(issuerUrl: string): Promise<string> {
  const answer = await fetch(`${issuerUrl}/v1/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ role: 'rider' }),
    signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
  });
  return ((await answer.json()) as { token: string }).token;
}
