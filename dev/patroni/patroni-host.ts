import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { reapByPidFile } from '../process/reaper.ts';
import { giveTo } from '../../ops/postgres/run-as.ts';
import { SupervisedChild } from '../process/supervised-child.ts';
import { LOOPBACK } from '../network/free-port.ts';
import { installCertificate } from './certificates.ts';
import { deployedFile } from './deployed-files.ts';
import type { PatroniPrograms } from './find-programs.ts';
import {
  addressOf,
  databaseUrl,
  etcdEnvironment,
  patroniEnvironment,
  TLS_DIRECTORY,
  urlOf,
  type HostSpec,
  type Passwords,
} from './host-spec.ts';
import { killServer, pidFileOf } from './postmaster.ts';

/** One host of three: an etcd, a Patroni, and the Postgres that this Patroni runs. */
export class PatroniHost {
  readonly spec: HostSpec;
  readonly #hosts: readonly HostSpec[];
  readonly #programs: PatroniPrograms;
  readonly #passwords: Passwords;
  #etcd: SupervisedChild | undefined;
  #patroni: SupervisedChild | undefined;

  constructor(spec: HostSpec, hosts: readonly HostSpec[], programs: PatroniPrograms, passwords: Passwords) {
    this.spec = spec;
    this.#hosts = hosts;
    this.#programs = programs;
    this.#passwords = passwords;
  }

  get name(): string {
    return this.spec.name;
  }

  /** URL of Patroni's REST interface. */
  get patroniUrl(): string {
    return urlOf(this.spec.ports.patroni);
  }

  get patroniLog(): string {
    return join(this.spec.directory, 'patroni.log');
  }

  /** The superuser's URL of a database on this host's Postgres. */
  url(database: string): string {
    const { ports, tls } = this.spec;
    return databaseUrl(addressOf(ports.postgres), database, this.#passwords.superuser, tls.caFile);
  }

  get etcd(): SupervisedChild {
    return started(this.#etcd);
  }

  get patroni(): SupervisedChild {
    return started(this.#patroni);
  }

  /** Creates its directory, owned by the unprivileged user, with its certificate. One host after the other. */
  async prepare(): Promise<void> {
    const { name, directory, authority } = this.spec;
    mkdirSync(directory, { recursive: true, mode: 0o755 });
    await giveTo(this.#programs.user, directory);
    await installCertificate(this.#programs, {
      authority,
      name,
      // Patroni calls the Postgres of its own host by name if that listens on the loopback address.
      addresses: [LOOPBACK, 'localhost'],
      directory: join(directory, TLS_DIRECTORY),
    });
  }

  /** Resolves when its etcd serves, which needs a majority of the hosts. */
  async startEtcd(): Promise<void> {
    const { etcd, user } = this.#programs;
    this.#etcd = new SupervisedChild({
      name: `etcd ${this.name}`,
      command: etcd.path,
      args: [],
      env: { ...withoutOwn(etcd.env), ...etcdEnvironment(this.spec, this.#hosts) },
      cwd: '/',
      logFile: join(this.spec.directory, 'etcd.log'),
      ...user,
    });
    await this.#etcd.untilLogged((line) =>
      line.includes('ready to serve client requests') ? true : undefined,
    );
  }

  /** Starts Patroni, which starts Postgres. */
  startPatroni(): void {
    const { patroni, postgres, user } = this.#programs;
    const own = patroniEnvironment(this.spec, this.#hosts, this.#passwords, postgres.directory);
    this.#patroni = new SupervisedChild({
      name: `patroni ${this.name}`,
      command: patroni.python,
      args: ['-m', 'patroni', deployedFile('patroni.yml')],
      env: {
        ...withoutOwn(postgres.env),
        ...own,
        // Not ours: libpq looks there for certificates, and may not be allowed to.
        HOME: this.spec.directory,
        PYTHONPATH: patroni.packages,
        PYTHONDONTWRITEBYTECODE: '1',
      },
      cwd: '/',
      logFile: this.patroniLog,
      ...user,
    });
    // Postgres is a child neither of this process nor of Patroni, and would outlive both.
    reapByPidFile(pidFileOf(this.spec.dataDirectory), 'SIGINT');
  }

  /** Simulates a power loss: kills Patroni, Postgres with all its sessions, and etcd at once. */
  async die(): Promise<void> {
    await Promise.all([this.loseDatabase(), this.#etcd?.kill()]);
  }

  /** Kills Patroni and Postgres but not etcd; `startPatroni` restarts them. */
  async loseDatabase(): Promise<void> {
    const patroni = this.#patroni?.kill();
    killServer(this.spec.dataDirectory);
    await patroni;
  }

  /** Kills only its Postgres, with all its sessions. */
  crashPostgres(): void {
    killServer(this.spec.dataDirectory);
  }

  /** Restarts the host with its data. */
  async comeBack(): Promise<void> {
    await this.startEtcd();
    this.startPatroni();
  }
}

function started(child: SupervisedChild | undefined): SupervisedChild {
  if (child === undefined) throw new Error('not started yet');
  return child;
}

/** Removes the user's own settings for Patroni, etcd and Postgres. */
function withoutOwn(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(PATRONI|ETCD|PG)/.test(name)));
}
