import { join } from 'node:path';
import { compileCacheDirectory, entryPoint } from '../build/ensure-built.ts';
import { LOOPBACK } from '../network/free-port.ts';
import { SupervisedChild } from '../process/supervised-child.ts';
import { serviceEnvironment, type SystemSettings } from './service-environment.ts';

export interface ServiceSpec {
  /** Name of the folder in apps/. */
  app: string;
  /** Its instance name in logs and ownership, such as `matcher-1`. */
  instance: string;
  /** 0: any free port. */
  httpPort: number;
  system: SystemSettings;
  /** Directory of its log. */
  directory: string;
  /** Additional variables of this service. */
  env?: Readonly<Record<string, string>>;
  onMessage?: (message: unknown) => void;
}

export interface RunningService {
  readonly spec: ServiceSpec;
  readonly child: SupervisedChild;
  readonly httpPort: number;
  /** Base URL of its HTTP API. */
  readonly url: string;
}

/** Starts a compiled service; resolves when it logs that it is ready. */
export async function startService(spec: ServiceSpec): Promise<RunningService> {
  const child = spawnService(spec);
  try {
    const httpPort = await child.untilLogged(readyPort);
    return { spec, child, httpPort, url: `http://${LOOPBACK}:${httpPort}` };
  } catch (error) {
    await child.stop();
    throw error;
  }
}

/** Starts a compiled service without waiting for it. */
export function spawnService(spec: ServiceSpec): SupervisedChild {
  return new SupervisedChild({
    name: spec.instance,
    command: process.execPath,
    args: ['--enable-source-maps', entryPoint(spec.app)],
    env: {
      NODE_COMPILE_CACHE: compileCacheDirectory(),
      ...serviceEnvironment(spec.app, spec.instance, spec.httpPort, spec.system),
      ...spec.env,
    },
    logFile: join(spec.directory, `${spec.instance}.log`),
    ...(spec.onMessage !== undefined && { onMessage: spec.onMessage }),
  });
}

/** The port in a service's `ready` log line; undefined for any other line. */
export function readyPort(line: string): number | undefined {
  if (!line.includes('"ready"')) return undefined;
  try {
    const record = JSON.parse(line) as { event?: unknown; http_port?: unknown };
    return record.event === 'ready' && typeof record.http_port === 'number' ? record.http_port : undefined;
  } catch {
    return undefined;
  }
}
