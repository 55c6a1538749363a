import { restoreCluster, type RestoreOrder, type RestoreReport } from '../../ops/backup/restore-cluster.ts';
import type { RestoreTarget } from '../../ops/backup/restore-target.ts';
import { startPrivately, untilWriting } from '../../ops/postgres/local-server.ts';
import { findBinaries } from '../../dev/postgres/binaries.ts';
import { postgresUser } from '../../ops/postgres/run-as.ts';

export const DATABASE = 'hailgrid';

/** Restores to a folder of this name; resolves with the report. */
export async function restore(
  backupPath: string,
  dataDirectory: string,
  target: RestoreTarget,
): Promise<RestoreReport> {
  const order: RestoreOrder = {
    backupPath,
    programs: await findBinaries(await postgresUser()),
    dataDirectory,
    target,
    database: DATABASE,
    nowMs: Date.now(),
    onStep: () => undefined,
  };
  return restoreCluster(order);
}

/** Runs the server of a restored cluster during `work`. */
export async function inside<T>(dataDirectory: string, work: (url: string) => Promise<T>): Promise<T> {
  const user = await postgresUser();
  const server = await startPrivately({
    programs: await findBinaries(user),
    user,
    dataDirectory,
    logFile: `${dataDirectory}.again.log`,
  });
  try {
    await untilWriting(server, server.url('postgres'));
    return await work(server.url(DATABASE));
  } finally {
    await server.stop();
  }
}
