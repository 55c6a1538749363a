import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { TestProject } from 'vitest/node';
import { LOOPBACK } from '../network/free-port.ts';
import { temporaryDirectory, type TemporaryDirectory } from '../process/temporary-directory.ts';
import { createDatabase, dropDatabase } from '../postgres/database.ts';
import { makeLogin, type AsLogin } from '../../ops/migrate/logins.ts';
import { migrate } from '../../ops/migrate/migrations.ts';
import { startPostgres, type Postgres } from '../postgres/start-postgres.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** URL at which a test file requests a database. */
    databasesUrl: string;
  }
}

/** A database made for one test file. */
export interface GrantedDatabase {
  name: string;
  /** The superuser's URL on the primary. */
  url: string;
  /** URLs on the primary and on each standby, with the login of `trips`. */
  urls: string[];
}

const TEMPLATE = 'hailgrid_template';

interface SharedCluster {
  postgres: Postgres;
  asTrips: AsLogin;
  directory: TemporaryDirectory;
}

/**
 * Vitest's global set-up: one Postgres with its standby for the whole run, started when the first test asks for a
 * database. Tests run in other processes and request one over loopback HTTP: `POST <url>` → {@link GrantedDatabase},
 * `DELETE <url>/<name>`.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  let cluster: Promise<SharedCluster> | undefined;
  let granted = 0;
  // The response contains the superuser's password, so the path is secret.
  const path = `/${randomBytes(16).toString('hex')}`;

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => reply(response, 500, { error: String(error) }));
  });
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.url?.startsWith(path) !== true) return reply(response, 404, {});
    cluster ??= startCluster();
    const { postgres, asTrips } = await cluster;
    if (request.method === 'DELETE') {
      await dropDatabase(postgres.primaryUrl, request.url.slice(path.length + 1));
      return reply(response, 200, {});
    }
    granted += 1;
    return reply(response, 201, await grant(postgres, asTrips, `test_${granted}`));
  };

  project.provide('databasesUrl', `http://${LOOPBACK}:${await listen(server)}${path}`);
  return async () => {
    server.close();
    const started = await cluster?.catch(() => undefined);
    await started?.postgres.stop();
    started?.directory.remove();
  };
}

async function startCluster(): Promise<SharedCluster> {
  const directory = temporaryDirectory('tests');
  const postgres = await startPostgres({ directory: directory.path });
  try {
    await createDatabase(postgres.primaryUrl, TEMPLATE);
    await migrate(primaryOf(postgres, TEMPLATE));
    const asTrips = await makeLogin(primaryOf(postgres, TEMPLATE), 'trips');
    return { postgres, asTrips, directory };
  } catch (error) {
    await postgres.stop();
    directory.remove();
    throw error;
  }
}

async function grant(postgres: Postgres, asTrips: AsLogin, name: string): Promise<GrantedDatabase> {
  await createDatabase(postgres.primaryUrl, name, TEMPLATE);
  return { name, url: primaryOf(postgres, name), urls: postgres.urls(name).map(asTrips) };
}

function primaryOf(postgres: Postgres, database: string): string {
  const [url] = postgres.urls(database);
  if (url === undefined) throw new Error('Postgres has no primary');
  return url;
}

function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, LOOPBACK, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}
