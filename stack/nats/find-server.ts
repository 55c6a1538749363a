import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findOnPath, fromCache } from '../setup/tool-cache.ts';
import { fetchServer, PINNED_VERSION } from './fetch-server.ts';
import { isSupported, MINIMUM_VERSION, parseVersion } from './server-version.ts';

/**
 * The nats-server to use: the one named by HAILGRID_NATS_SERVER, the one on PATH when new enough, the one in the cache,
 * else one fetched into it.
 */
export async function findServer(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const named = env['HAILGRID_NATS_SERVER'];
  if (named !== undefined && named !== '') return checkedServer(named);
  const onPath = findOnPath('nats-server', env['PATH']);
  if (onPath !== undefined && (await isNewEnough(onPath))) return onPath;
  return fromCache({ name: 'nats-server', version: PINNED_VERSION, fetch: fetchServer });
}

async function checkedServer(path: string): Promise<string> {
  const output = await versionOutput(path).catch((error: unknown) => {
    throw new Error(`HAILGRID_NATS_SERVER names ${path}, which does not run: ${String(error)}`);
  });
  const version = parseVersion(output);
  if (version === undefined || !isSupported(version)) {
    throw new Error(
      `HAILGRID_NATS_SERVER names ${path} (${output}); version ${MINIMUM_VERSION.join('.')} or newer is needed`,
    );
  }
  return path;
}

async function isNewEnough(path: string): Promise<boolean> {
  const version = parseVersion(await versionOutput(path).catch(() => ''));
  return version !== undefined && isSupported(version);
}

async function versionOutput(path: string): Promise<string> {
  const { stdout } = await promisify(execFile)(path, ['--version']);
  return stdout.trim();
}
