import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import type { FleetStats } from '#libs/contracts';
import { temporaryDirectory } from '../../../dev/process/temporary-directory.ts';
import { SupervisedChild } from '../../../dev/process/supervised-child.ts';
import type { ChaosMatcher, ChaosService } from '../city/chaos-city.ts';
import { SHARD } from '../checker/good-facts.ts';
import type { FaultContext, FaultTrace } from './fault-context.ts';
import type { FaultKind } from './fault-kinds.ts';
import { inflict } from './inflict.ts';

/** Faults without effect must be detected: such a run proves nothing. */

const directory = temporaryDirectory('fault-test');
const children: SupervisedChild[] = [];
afterEach(async () => {
  await Promise.all(children.splice(0).map((child) => child.kill()));
});
afterAll(() => directory.remove());

/** A process that only lives, and lines that only count; parts of them can be broken. */
function matcher(
  spoiltService: Partial<ChaosService> = {},
  spoiltLines: Partial<Pick<ChaosMatcher['lines'], 'cut'>> = {},
): ChaosMatcher {
  const logFile = join(directory.path, 'matcher-1.log');
  writeFileSync(logFile, '');
  const child = new SupervisedChild({ name: 'matcher-1', command: 'sleep', args: ['60'], logFile });
  children.push(child);
  const service: ChaosService = {
    instance: 'matcher-1',
    url: 'http://127.0.0.1:1',
    logFile,
    child,
    kill: async () => void (await child.kill()),
    stop: () => child.stop(),
    pause: () => child.pause(),
    resume: () => child.resume(),
    restart: async () => {},
    causeOfDeath: () => Promise.resolve(undefined),
    ...spoiltService,
  };
  let bytes = 1;
  let isCut = false;
  const lines: ChaosMatcher['lines'] = {
    // Traffic flows all the time.
    get forwardedBytes() {
      return isCut ? bytes : ++bytes;
    },
    cut: spoiltLines.cut ?? (() => void (isCut = true)),
    mend: () => void (isCut = false),
    close: () => {},
  };
  return { service, lines };
}

const WHOLE: FaultContext['cluster'] = {
  isWhole: () => Promise.resolve(true),
  waitingSessions: () => Promise.resolve([1, 2, 3]),
  lagBytes: () => Promise.resolve(1),
};

function hurt(
  kind: FaultKind,
  hurtMatcher: ChaosMatcher,
  fleets: FaultContext['fleets'] = [],
): Promise<FaultTrace> {
  const apis = [hurtMatcher.service];
  const context: FaultContext = {
    city: { matchers: [hurtMatcher], riderApis: apis, driverApis: apis } as unknown as FaultContext['city'],
    observer: {
      shardsOf: () => Promise.resolve([{ shard: SHARD, epoch: 1, owner: 'matcher-1', retired: false }]),
      isWhole: () => Promise.resolve(true),
      planner: () => Promise.resolve('trips-1'),
      now: () => Promise.resolve('0/0'),
      hasOfferedSince: () => Promise.resolve(true),
      boundTo: () => Promise.resolve(0),
    },
    cluster: WHOLE,
    fleets,
    commits: { acknowledgedSince: () => 1 },
    planned: { kind, lastsMs: 900, target: 0, pause: 0 },
  };
  return inflict(context);
}

test.for<FaultKind>(['kill9:matcher', 'freeze:matcher', 'cut:matcher'])(
  '%s takes effect on a healthy matcher',
  async (kind) => {
    expect(await hurt(kind, matcher())).toMatchObject({ ineffective: null, target: 'matcher-1' });
  },
);

test('a process that survives the kill is detected', async () => {
  const trace = await hurt('kill9:matcher', matcher({ kill: async () => {} }));
  expect(trace.ineffective).toContain('still runs');
});

test('a process that was not stopped is detected', async () => {
  const trace = await hurt('freeze:matcher', matcher({ pause: () => {} }));
  expect(trace.ineffective).toContain('was not stopped');
});

test('a process that resumes too early is detected', async () => {
  const one: ChaosMatcher = matcher();
  const early = matcher({
    child: one.service.child,
    pause: () => {
      one.service.pause();
      setTimeout(() => one.service.resume(), 600);
    },
  });
  expect((await hurt('freeze:matcher', early)).ineffective).toContain('did not stay stopped');
});

test('a cut that lets bytes through is detected', async () => {
  const trace = await hurt('cut:matcher', matcher({}, { cut: () => {} }));
  expect(trace.ineffective).toContain('got through the cut');
});

test('a matcher that has to be killed has not stopped cleanly', async () => {
  const one = matcher();
  const rude = matcher({ stop: () => one.service.child.kill() });
  expect((await hurt('term:matcher', rude)).ineffective).toContain('did not stop cleanly');
});

/** Phones whose figures are as the function says. */
function fleet(stats: () => Partial<FleetStats>): FaultContext['fleets'] {
  return [
    {
      order: () => {},
      vanished: [],
      get stats() {
        return stats() as FleetStats;
      },
    },
  ];
}

test('a driver-api takes its drivers along; drivers who stay online are detected', async () => {
  const one = matcher();
  let online = 100;
  const { kill } = one.service;
  const killed = matcher({
    child: one.service.child,
    kill: async () => {
      await kill();
      online = 0;
    },
    restart: async () => void (online = 95),
  });
  expect(
    await hurt(
      'kill9:driver-api',
      killed,
      fleet(() => ({ drivers_online: online })),
    ),
  ).toMatchObject({ ineffective: null, recoveredAtMs: expect.any(Number) as number });
  const deaf = await hurt(
    'kill9:driver-api',
    matcher(),
    fleet(() => ({ drivers_online: 9 })),
  );
  expect(deaf.ineffective).toContain('stayed online');
});

test('a rider-api that survives the kill is detected; it is over when riders request trips', async () => {
  let requested = 3;
  const stats = fleet(() => ({ requested }));
  const rude = matcher({ kill: async () => {}, restart: async () => void setTimeout(() => requested++, 50) });
  const trace = await hurt('kill9:rider-api', rude, stats);
  expect(trace.ineffective).toContain('still runs');
  expect(trace.recoveredAtMs).not.toBeNull();
});
