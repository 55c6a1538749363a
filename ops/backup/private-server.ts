import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { giveTo } from '../../dev/postgres/run-as.ts';
import { startServer, SUPERUSER, type ServerSpec } from '../../dev/postgres/server.ts';
import { temporaryDirectory } from '../../dev/process/temporary-directory.ts';
import type { SupervisedChild } from '../../dev/process/supervised-child.ts';

/** Part of the socket's name only: it listens on no port. */
const SOCKET_PORT = 5432;

/** A server that nobody but us can connect to, by a socket in a directory of its own, without a password. */
export interface PrivateServer {
  readonly child: SupervisedChild;
  url(database: string): string;
  stop(): Promise<void>;
}

export async function startPrivately(
  spec: Omit<ServerSpec, 'port'>,
  settings: Readonly<Record<string, string>>,
): Promise<PrivateServer> {
  const directory = temporaryDirectory('restore');
  const sockets = join(directory.path, 'socket');
  mkdirSync(sockets, { mode: 0o700 });
  const access = join(sockets, 'pg_hba.conf');
  writeFileSync(access, 'local all all trust\n', { mode: 0o600 });
  await giveTo(spec.user, sockets);
  try {
    const child = await startServer({
      ...spec,
      port: SOCKET_PORT,
      settings: {
        ...settings,
        listen_addresses: '',
        unix_socket_directories: sockets,
        hba_file: access,
      },
    });
    return {
      child,
      url: (database) => `postgres://${SUPERUSER}@/${database}?host=${sockets}&port=${SOCKET_PORT}`,
      stop: async () => {
        await child.stop();
        directory.remove();
      },
    };
  } catch (error) {
    directory.remove();
    throw error;
  }
}
