/** An environment variable of the npm scripts, which have no schema. */
interface ToolVariable {
  readers: string;
  meaning: string;
}

/** All variables that ops/, dev/, proof/ and load/ read; the test of docs/reference fails for one that is missing. */
export const TOOL_VARIABLES: Readonly<Record<string, ToolVariable>> = {
  HAILGRID_CACHE_DIR: {
    readers: 'every npm script',
    meaning: 'directory for downloaded programs, shared by all checkouts of a user',
  },
  HAILGRID_NATS_SERVER: {
    readers: 'npm start, npm test, chaos, load',
    meaning: 'nats-server to run instead of a downloaded one',
  },
  HAILGRID_POSTGRES_BIN: {
    readers: 'npm start, npm test, chaos, load, backup, restore',
    meaning: 'directory of the programs of PostgreSQL 15 to 18',
  },
  HAILGRID_K6: { readers: 'load', meaning: 'k6 to run instead of one that Go builds' },
  HAILGRID_POSTGRES_URLS: {
    readers: 'migrate, partitions, audit, events:rebuild, fence',
    meaning: 'default of `--database`; or the file that `HAILGRID_POSTGRES_URLS_FILE` names',
  },
  HAILGRID_NATS_URLS: { readers: 'events:rebuild', meaning: 'default of `--nats`' },
  HAILGRID_NATS_NKEY_SEED: {
    readers: 'audit, events:rebuild',
    meaning: 'key of the role operator; or `HAILGRID_NATS_NKEY_SEED_FILE`',
  },
  HAILGRID_NATS_CREDS_FILE: { readers: 'audit, events:rebuild', meaning: 'credentials in place of a key' },
  HAILGRID_NATS_CA_FILE: { readers: 'audit, events:rebuild', meaning: 'as for the services' },
  HAILGRID_NATS_CERT_FILE: { readers: 'audit, events:rebuild', meaning: 'as for the services' },
  HAILGRID_NATS_KEY_FILE: { readers: 'audit, events:rebuild', meaning: 'as for the services' },
  HAILGRID_PROPERTY_SEED: { readers: 'npm test', meaning: 'seed of the properties, to replay a failed one' },
  HAILGRID_PROPERTY_PATH: { readers: 'npm test', meaning: 'path to the failed case below that seed' },
  HAILGRID_PROPERTY_RUNS: {
    readers: 'npm test',
    meaning: 'cases of each property that does not set its own number',
  },
  HAILGRID_STARTED_AT_MS: {
    readers: 'npm start',
    meaning:
      'Unix time in ms at which npm began, set by `dev/bootstrap.mjs`; the start-up time counts from it',
  },
};
