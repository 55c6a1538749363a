import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { SupervisedChild } from '../../../dev/process/supervised-child.ts';
import { temporaryDirectory } from '../../../dev/process/temporary-directory.ts';
import { until } from '../../../dev/process/until.ts';
import type { FaultContext, FaultTrace } from './fault-context.ts';
import type { FaultKind } from './fault-kinds.ts';
import { inflict } from './inflict.ts';

/** Faults of Postgres without effect must be detected. */

const directory = temporaryDirectory('fault-test');
const children: SupervisedChild[] = [];
afterEach(async () => {
  await Promise.all(children.splice(0).map((child) => child.kill()));
});
afterAll(() => directory.remove());

const START_LIMIT_MS = 10_000;

/** Named as Postgres names its process that receives the log. */
const RECEIVER = ['-c', 'exec -a "postgres: walreceiver streaming" sleep 60'];

interface Server {
  name: string;
  server: { pid: number; kill: () => Promise<unknown> };
  processes: () => Promise<number[]>;
  freeze: () => Promise<void>;
}

function processNamed(name: string, command: string, args: readonly string[]): SupervisedChild {
  const child = new SupervisedChild({ name, command, args, logFile: join(directory.path, `${name}.log`) });
  children.push(child);
  return child;
}

/** bash takes a moment to exec. */
function isReceiver(pid: number): boolean {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('walreceiver streaming\0');
}

/** A server that only lives; parts of it can be broken. */
function server(name: string, spoilt: Partial<Server> = {}): Server {
  const child = processNamed(name, 'bash', RECEIVER);
  return {
    name,
    server: { pid: child.pid, kill: () => child.kill() },
    processes: async () => {
      await until(
        () => isReceiver(child.pid),
        START_LIMIT_MS,
        () => `${name} has no receiver`,
      );
      return [child.pid];
    },
    freeze: () => {
      child.pause();
      return Promise.resolve();
    },
    ...spoilt,
  };
}

interface Spoilt {
  primary?: Partial<Server>;
  standby?: Partial<Server>;
  cluster?: Partial<FaultContext['cluster']>;
  /** The lines leak bytes during a cut. */
  leaks?: boolean;
  isReplaced?: boolean;
}

function hurt(kind: FaultKind, spoilt: Spoilt = {}): Promise<FaultTrace> {
  const [one, two] = [server('postgres_1', spoilt.primary), server('postgres_2', spoilt.standby)];
  let bytes = 1;
  let isCut = false;
  let hits = 0;
  const postgres = {
    // Another server has become the primary by the second query.
    get primary() {
      return hits++ === 0 || spoilt.isReplaced === false ? one : two;
    },
    standbys: [two],
    isSynchronous: true,
    lines: {
      cut: () => void (isCut = spoilt.leaks !== true),
      mend: () => void (isCut = false),
      forwardedBytes: () => (isCut ? bytes : ++bytes),
    },
  };
  return inflict({
    city: { postgres } as unknown as FaultContext['city'],
    observer: {} as FaultContext['observer'],
    cluster: {
      isWhole: () => Promise.resolve(true),
      waitingSessions: () => Promise.resolve([1, 2, 3]),
      lagBytes: () => Promise.resolve(1),
      ...spoilt.cluster,
    },
    fleets: [],
    commits: { acknowledgedSince: () => 1 },
    planned: { kind, lastsMs: 300, target: 0, pause: 0 },
  });
}

test.for<FaultKind>([
  'kill9:primary',
  'kill9:primary-waiting',
  'kill9:primary-lag',
  'kill9:standby',
  'freeze:primary',
  'lag:standby',
])('%s takes effect on a healthy cluster', async (kind) => {
  const trace = await hurt(kind);
  expect(trace).toMatchObject({ ineffective: null });
  expect(trace.commitsFromMs).toBeGreaterThan(0);
});

test('a replaced primary is distinguished from one that stays', async () => {
  expect((await hurt('kill9:primary')).failedOverTo).toBe('postgres_2');
  expect((await hurt('kill9:primary', { isReplaced: false })).failedOverTo).toBeNull();
});

const immortal: Partial<Server> = { processes: () => Promise.resolve([]) };

test.for<[what: string, kind: FaultKind, spoilt: Spoilt, reason: string]>([
  [
    'a primary that was not stopped',
    'freeze:primary',
    { primary: { freeze: () => Promise.resolve() } },
    'was not stopped',
  ],
  ['a missing receiver', 'lag:standby', { standby: immortal }, 'still receives'],
  [
    'a standby that keeps up',
    'lag:standby',
    { cluster: { lagBytes: () => Promise.resolve(0) } },
    'does not lag',
  ],
  ['a cut that lets bytes through', 'cut:replication', { leaks: true }, 'got through the cut'],
  ['no standby to lag', 'kill9:primary-waiting', { standby: immortal }, 'no standby had a receiver'],
  [
    'a kill when no commit waits',
    'kill9:primary-waiting',
    { cluster: { waitingSessions: () => Promise.resolve([]) } },
    'no commit was on the primary alone',
  ],
  [
    'a kill when no standby is behind',
    'kill9:primary-lag',
    { cluster: { lagBytes: () => Promise.resolve(0) } },
    'did not lag',
  ],
])('%s is detected', async ([, kind, spoilt, reason]) => {
  expect((await hurt(kind, spoilt)).ineffective).toContain(reason);
});

test.for<FaultKind>(['kill9:primary', 'kill9:standby'])(
  '%s of a server that survives is detected',
  async (kind) => {
    const survivor = processNamed('survivor', 'sleep', ['60']);
    const spoilt = { ...immortal, server: { pid: survivor.pid, kill: () => Promise.resolve() } };
    expect((await hurt(kind, { primary: spoilt, standby: spoilt })).ineffective).toContain('still run');
  },
);
