import { freePort } from '../../dev/network/free-port.ts';
import { findBinaries } from '../../dev/postgres/binaries.ts';
import { postgresUser } from '../../dev/postgres/run-as.ts';
import { startServer, urlOf } from '../../dev/postgres/server.ts';
import type { SupervisedChild } from '../../dev/process/supervised-child.ts';

export interface ServedCluster {
  child: SupervisedChild;
  /** The superuser's. */
  url: string;
}

/** Starts the server of a restored cluster as an ordinary one, on loopback: without standbys, and archiving nowhere. */
export async function serveRestored(
  dataDirectory: string,
  access: { port: number | undefined; password: string; database: string },
): Promise<ServedCluster> {
  const user = await postgresUser();
  const port = access.port ?? (await freePort());
  const child = await startServer({
    name: 'postgres_restored',
    binaries: await findBinaries(user),
    user,
    dataDirectory,
    logFile: `${dataDirectory}.log`,
    port,
  });
  return { child, url: urlOf({ port }, access.password, access.database) };
}
