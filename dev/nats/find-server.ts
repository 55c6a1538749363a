import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findOnPath, fromCache } from '../setup/tool-cache.ts';
import { fetchServer, PINNED_VERSION } from './fetch-server.ts';
import { isSupported, MINIMUM_VERSION, parseVersion } from './server-version.ts';
import { UserError } from '../../ops/command-line/user-error.ts';

export interface FoundServer {
  path: string;
  version: string;
}

/**
 * The nats-server to use: the one named by HAILGRID_NATS_SERVER, the one on PATH when new enough, the one in the cache,
 * else one fetched into it.
 */
export async function findServer(env: NodeJS.ProcessEnv = process.env): Promise<FoundServer> {
  const named = env['HAILGRID_NATS_SERVER'];
  if (named !== undefined && named !== '') return checkedServer(named);
  const onPath = findOnPath('nats-server', env['PATH']);
  const versionOnPath = onPath === undefined ? undefined : await versionOf(onPath).catch(() => undefined);
  if (onPath !== undefined && versionOnPath !== undefined && isSupported(versionOnPath)) {
    return { path: onPath, version: versionOnPath.join('.') };
  }
  const path = await fromCache({ name: 'nats-server', version: PINNED_VERSION, fetch: fetchServer });
  return { path, version: PINNED_VERSION };
}

async function checkedServer(path: string): Promise<FoundServer> {
  const version = await versionOf(path).catch((error: unknown) => {
    throw new UserError(`HAILGRID_NATS_SERVER names ${path}, which does not run: ${String(error)}`);
  });
  if (version === undefined || !isSupported(version)) {
    const found = version === undefined ? 'no nats-server' : `version ${version.join('.')}`;
    throw new UserError(
      `HAILGRID_NATS_SERVER names ${path}, ${found}; version ${MINIMUM_VERSION.join('.')} or newer is needed`,
    );
  }
  return { path, version: version.join('.') };
}

async function versionOf(path: string): Promise<ReturnType<typeof parseVersion>> {
  const { stdout } = await promisify(execFile)(path, ['--version']);
  return parseVersion(stdout);
}
