import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, LOOPBACK } from '../network/free-port.ts';
import { SupervisedChild } from '../process/supervised-child.ts';
import { until } from '../process/until.ts';
import { findServer } from './find-server.ts';

const SETTLE_TIMEOUT_MS = 10_000;
/** What the server logs once it listens on all its ports. */
const READY = 'Server is ready';
/** The server's own word for "any free port". */
const ANY_PORT = -1;

export interface NatsOptions {
  /** Where the server keeps its logs; it must exist. */
  directory: string;
  /** Servers in the cluster; 1 unless said otherwise. */
  servers?: number;
  /** Client port of the first server; any free one unless said otherwise. */
  port?: number;
}

export interface Nats {
  readonly version: string;
  /** For HAILGRID_NATS_URLS: one URL per server. */
  readonly urls: readonly string[];
  readonly servers: readonly SupervisedChild[];
  stop(): Promise<void>;
}

/** Starts a nats-server, or several clustered ones, on loopback; resolves when clients can connect. */
export async function startNats(options: NatsOptions): Promise<Nats> {
  const binary = await findServer();
  const count = options.servers ?? 1;
  const clusterPorts = count > 1 ? await Promise.all(Array.from({ length: count }, freePort)) : [];
  const servers: SupervisedChild[] = [];
  try {
    const started = await Promise.all(
      Array.from({ length: count }, (_, index) =>
        startServer(binary.path, options, index, clusterPorts, servers),
      ),
    );
    return { version: binary.version, urls: started, servers, stop: () => stopAll(servers) };
  } catch (error) {
    await stopAll(servers);
    throw error;
  }
}

async function startServer(
  binary: string,
  options: NatsOptions,
  index: number,
  clusterPorts: readonly number[],
  servers: SupervisedChild[],
): Promise<string> {
  const name = clusterPorts.length === 0 ? 'nats' : `nats-${index + 1}`;
  const portsDirectory = join(options.directory, name);
  mkdirSync(portsDirectory, { recursive: true });
  const port = index === 0 ? (options.port ?? ANY_PORT) : ANY_PORT;
  const child = new SupervisedChild({
    name,
    command: binary,
    args: [
      `--addr=${LOOPBACK}`,
      `--port=${port}`,
      `--name=${name}`,
      `--ports_file_dir=${portsDirectory}`,
      ...clusterArguments(index, clusterPorts),
    ],
    logFile: join(options.directory, `${name}.log`),
  });
  servers.push(child);
  await child.untilLogged((line) => (line.includes(READY) ? true : undefined));
  const ports = await readPorts(join(portsDirectory, `nats-server_${child.pid}.ports`));
  if (ports.monitoring !== undefined) await untilRouted(name, ports.monitoring, clusterPorts.length - 1);
  return ports.client;
}

function clusterArguments(index: number, clusterPorts: readonly number[]): string[] {
  const own = clusterPorts[index];
  if (own === undefined) return [];
  const routes = clusterPorts.map((port) => `nats://${LOOPBACK}:${port}`).join(',');
  return [
    '--http_port',
    String(ANY_PORT),
    '--cluster_name',
    'hailgrid',
    '--cluster',
    `nats://${LOOPBACK}:${own}`,
    '--routes',
    routes,
  ];
}

interface Ports {
  client: string;
  /** Only servers of a cluster have one. */
  monitoring: string | undefined;
}

/** The server writes the ports it was given to this file right after it listens. */
async function readPorts(portsFile: string): Promise<Ports> {
  // It creates the file before it fills it.
  await until(
    () => (statSync(portsFile, { throwIfNoEntry: false })?.size ?? 0) > 0,
    SETTLE_TIMEOUT_MS,
    () => `nats-server wrote no ${portsFile}`,
  );
  const ports = JSON.parse(readFileSync(portsFile, 'utf8')) as { nats?: string[]; monitoring?: string[] };
  const client = ports.nats?.[0];
  if (client === undefined) throw new Error(`${portsFile} names no client port`);
  return { client, monitoring: ports.monitoring?.[0] };
}

/** A message published to one server reaches the subscribers of another only once their routes stand. */
async function untilRouted(name: string, monitoring: string, others: number): Promise<void> {
  const isRouted = async (): Promise<boolean> => {
    const answer = await fetch(`${monitoring}/routez`);
    const { routes } = (await answer.json()) as { routes: { remote_name: string }[] };
    return new Set(routes.map((route) => route.remote_name)).size >= others;
  };
  await until(
    isRouted,
    SETTLE_TIMEOUT_MS,
    () => `${name} found no route to the other servers of its cluster`,
  );
}

async function stopAll(servers: readonly SupervisedChild[]): Promise<void> {
  await Promise.all(servers.map((server) => server.stop()));
}
