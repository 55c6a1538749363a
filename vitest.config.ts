import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    include: ['{apps,libs,ops,dev,proof,load,test}/**/*.test.ts'],
    globalSetup: ['dev/test-world/shared-postgres.ts'],
    // The first test that asks for a database or a service waits for Postgres, or for the build.
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
