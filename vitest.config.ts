import { defineConfig } from 'vitest/config';
import { SlowestFirst } from './dev/test-world/slowest-first.ts';

/** Tests wait for processes more than they compute, so twice as many files as a small machine has cores run at a time. */
const FILES_AT_A_TIME = 4;

/** Pure code: no process, clock or global state is left behind, so files share workers. */
const PURE_TESTS = [
  'packages/**/*.test.ts',
  'libs/{contracts,dispatch,geo,ownership,random,trip}/**/*.test.ts',
  'proof/chaos/checker/**/*.test.ts',
];
/** Needs Debian's packages (Patroni, etcd, HAProxy, pgBackRest): `npm run test:production`. */
const PRODUCTION_TESTS = ['test/production/**/*.test.ts'];

const source = { resolve: { conditions: ['source'] }, ssr: { resolve: { conditions: ['source'] } } };

const settings = {
  globalSetup: ['dev/test-world/shared-postgres.ts'],
  setupFiles: ['dev/test-world/property-seeds.ts'],
  // The first test that asks for a database or a service waits for Postgres, or for the build.
  testTimeout: 60_000,
  hookTimeout: 120_000,
};

export default defineConfig({
  ...source,
  test: {
    maxWorkers: FILES_AT_A_TIME,
    sequence: { sequencer: SlowestFirst },
    projects: [
      {
        ...source,
        test: { ...settings, globalSetup: [], name: 'pure', include: PURE_TESTS, isolate: false },
      },
      {
        ...source,
        test: {
          ...settings,
          name: 'processes',
          include: ['{apps,libs,packages,ops,dev,proof,load,test}/**/*.test.ts'],
          exclude: [...PURE_TESTS, ...PRODUCTION_TESTS],
        },
      },
      { ...source, test: { ...settings, name: 'production', include: PRODUCTION_TESTS } },
    ],
  },
});
