import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findOnPath, fromCache } from '../setup/tool-cache.ts';
import { fetchServer, PINNED_VERSION } from './fetch-server.ts';
import { isAtLeast, parseVersion, type ProgramVersion } from '../setup/program-version.ts';
import { UserError } from '../../ops/command-line/user-error.ts';

/** Older servers lack per-key TTL (2.11) and safe compare-and-set in clusters (2.9.21). */
const MINIMUM_VERSION = [2, 12] as const;

export interface FoundServer {
  path: string;
  version: string;
}

/**
 * The nats-server to use: the one named by HAILGRID_NATS_SERVER, else the one on PATH if it is new enough, else the
 * pinned one from the cache, fetched once.
 */
export async function findServer(env: NodeJS.ProcessEnv = process.env): Promise<FoundServer> {
  const named = env['HAILGRID_NATS_SERVER'];
  if (named !== undefined && named !== '') return checkedServer(named);
  const onPath = findOnPath('nats-server', env['PATH']);
  const versionOnPath = onPath === undefined ? undefined : await versionOf(onPath).catch(() => undefined);
  if (onPath !== undefined && versionOnPath !== undefined && isAtLeast(versionOnPath, MINIMUM_VERSION)) {
    return { path: onPath, version: versionOnPath.join('.') };
  }
  const path = await fromCache({ name: 'nats-server', version: PINNED_VERSION, fetch: fetchServer });
  return { path, version: PINNED_VERSION };
}

async function checkedServer(path: string): Promise<FoundServer> {
  const version = await versionOf(path).catch((error: unknown) => {
    throw new UserError(`HAILGRID_NATS_SERVER names ${path}, which does not run: ${String(error)}`);
  });
  if (version === undefined || !isAtLeast(version, MINIMUM_VERSION)) {
    const found = version === undefined ? 'no nats-server' : `version ${version.join('.')}`;
    throw new UserError(
      `HAILGRID_NATS_SERVER names ${path}, ${found}; version ${MINIMUM_VERSION.join('.')} or newer is needed`,
    );
  }
  return { path, version: version.join('.') };
}

async function versionOf(path: string): Promise<ProgramVersion | undefined> {
  const { stdout } = await promisify(execFile)(path, ['--version']);
  return parseVersion(stdout);
}
