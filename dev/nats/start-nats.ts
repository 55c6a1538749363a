import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderAuthorization } from '#libs/nats';
import type { BusRole } from '#libs/contracts';
import { makeBusKeys } from '../../ops/bus-keys/make-bus-keys.ts';
import { freePort, LOOPBACK } from '../network/free-port.ts';
import { SupervisedChild } from '../process/supervised-child.ts';
import { until } from '../process/until.ts';
import { findServer } from './find-server.ts';

const SETTLE_TIMEOUT_MS = 10_000;
/** The server's log line once it listens on all its ports. */
const READY = 'Server is ready';
/** How long a TLS handshake may take, on a machine that starts a city. */
const HANDSHAKE_LIMIT_S = 5;
/** The server's value for "any free port". */
const ANY_PORT = -1;

export interface NatsOptions {
  /** Directory for logs and JetStream storage; it must exist. */
  directory: string;
  /** Number of servers in the cluster; 1 by default. */
  servers?: number;
  /** Client port of the first server; any free one by default. */
  port?: number;
  /** Makes its servers take clients over TLS only, and only with a certificate of this authority; plain by default. */
  tls?: NatsTls;
}

/** The PEM files of the servers. */
export interface NatsTls {
  /** The authority that signs the clients' certificates. */
  caFile: string;
  certFile: string;
  keyFile: string;
}

export interface NatsNode {
  /** Its client URL; unchanged by a restart. */
  readonly url: string;
  /** Its current process; a restart starts a new one. */
  readonly server: SupervisedChild;
  /** Starts it again after a stop or kill; with empty storage by default. */
  restart(options?: { keepsStorage: boolean }): Promise<void>;
}

export interface Nats {
  readonly version: string;
  /** One URL per server, with the login of a user who may do everything: for tests, benches and observers. */
  readonly urls: readonly string[];
  /** The private key of each role, made for this run. Services log in with these, as in production. */
  readonly seeds: Readonly<Record<BusRole, string>>;
  readonly nodes: readonly NatsNode[];
  /** The current processes. */
  readonly servers: readonly SupervisedChild[];
  stop(): Promise<void>;
}

/** The user who may do everything, beside the roles. */
const OBSERVER = 'observer';

/** Starts a nats-server, or several clustered ones, on loopback; resolves when clients can connect. */
export async function startNats(options: NatsOptions): Promise<Nats> {
  const binary = await findServer();
  const count = options.servers ?? 1;
  const { seeds, publicKeys } = makeBusKeys();
  const password = randomBytes(16).toString('hex');
  const observer = `    { user: ${OBSERVER}, password: "${password}" }`;
  const configFile = join(options.directory, 'nats-server.conf');
  writeFileSync(configFile, renderAuthorization(publicKeys, [observer]) + tlsBlock(options.tls));
  const clusterPorts = count > 1 ? await Promise.all(Array.from({ length: count }, freePort)) : [];
  const nodes = Array.from(
    { length: count },
    (_, index) => new RestartableNode({ binary: binary.path, configFile, options, index, clusterPorts }),
  );
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.stop()));
  };
  try {
    await Promise.all(nodes.map((node) => node.start()));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    version: binary.version,
    urls: nodes.map(({ url }) => url.replace('//', `//${OBSERVER}:${password}@`)),
    seeds,
    nodes,
    get servers() {
      return nodes.map(({ server }) => server);
    },
    stop,
  };
}

function tlsBlock(tls: NatsTls | undefined): string {
  if (tls === undefined) return '';
  const { caFile, certFile, keyFile } = tls;
  const files = `ca_file: ${quote(caFile)}, cert_file: ${quote(certFile)}, key_file: ${quote(keyFile)}`;
  return `\ntls { ${files}, verify: true, timeout: ${HANDSHAKE_LIMIT_S} }\n`;
}

function quote(path: string): string {
  return JSON.stringify(path);
}

interface NodeParts {
  binary: string;
  configFile: string;
  options: NatsOptions;
  index: number;
  clusterPorts: readonly number[];
}

class RestartableNode implements NatsNode {
  readonly #binary: string;
  readonly #configFile: string;
  readonly #options: NatsOptions;
  readonly #index: number;
  readonly #clusterPorts: readonly number[];
  #server: SupervisedChild | undefined;
  #url: string | undefined;

  constructor({ binary, configFile, options, index, clusterPorts }: NodeParts) {
    this.#binary = binary;
    this.#configFile = configFile;
    this.#options = options;
    this.#index = index;
    this.#clusterPorts = clusterPorts;
  }

  get url(): string {
    if (this.#url === undefined) throw new Error(`${this.#name} has not been started`);
    return this.#url;
  }

  get server(): SupervisedChild {
    if (this.#server === undefined) throw new Error(`${this.#name} has not been started`);
    return this.#server;
  }

  async start(): Promise<void> {
    const portsDirectory = join(this.#options.directory, this.#name);
    mkdirSync(portsDirectory, { recursive: true });
    const child = new SupervisedChild({
      name: this.#name,
      command: this.#binary,
      args: [
        `--config=${this.#configFile}`,
        `--addr=${LOOPBACK}`,
        `--port=${this.#port}`,
        `--name=${this.#name}`,
        `--ports_file_dir=${portsDirectory}`,
        '--jetstream',
        `--store_dir=${this.#storageDirectory}`,
        ...clusterArguments(this.#index, this.#clusterPorts),
      ],
      logFile: join(this.#options.directory, `${this.#name}.log`),
    });
    this.#server = child;
    await child.untilLogged((line) => (line.includes(READY) ? true : undefined));
    const ports = await readPorts(join(portsDirectory, `nats-server_${child.pid}.ports`));
    this.#url = ports.client;
    if (ports.monitoring !== undefined)
      await untilRouted(this.#name, ports.monitoring, this.#clusterPorts.length - 1);
  }

  async restart({ keepsStorage } = { keepsStorage: false }): Promise<void> {
    if (this.server.isRunning()) throw new Error(`${this.#name} runs already`);
    if (!keepsStorage) rmSync(this.#storageDirectory, { recursive: true, force: true });
    await this.start();
  }

  async stop(): Promise<void> {
    await this.#server?.stop();
  }

  get #storageDirectory(): string {
    return join(this.#options.directory, `${this.#name}-storage`);
  }

  get #name(): string {
    return this.#clusterPorts.length === 0 ? 'nats' : `nats-${this.#index + 1}`;
  }

  /** A restarted server keeps its port, so that clients find it. */
  get #port(): number {
    if (this.#url !== undefined) return Number(new URL(this.#url).port);
    return this.#index === 0 ? (this.#options.port ?? ANY_PORT) : ANY_PORT;
  }
}

function clusterArguments(index: number, clusterPorts: readonly number[]): string[] {
  const own = clusterPorts[index];
  if (own === undefined) return [];
  const routes = clusterPorts.map((port) => `nats://${LOOPBACK}:${port}`).join(',');
  return [
    // Clients use only their configured URLs, so they cannot bypass a test line in between.
    '--no_advertise',
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
  /** URL of the monitoring port; only servers of a cluster have one. */
  monitoring: string | undefined;
}

/** Reads the ports that the server writes to this file after it listens. */
async function readPorts(portsFile: string): Promise<Ports> {
  // The server creates the file before it writes to it.
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

/** Waits for the routes: without them a message published to one server does not reach the subscribers of another. */
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
