import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { z } from 'zod';
import { instanceName } from '#libs/contracts';
import { parseBoundingBox } from '#libs/geo';
import { commaList } from './config-values.ts';
import { edgeConfig } from './edge/edge-config.ts';

const PREFIX = 'HAILGRID_';

/** `offerTtlMs` → `HAILGRID_OFFER_TTL_MS`. */
export function environmentName(key: string): string {
  return PREFIX + key.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

/** Settings that contain passwords or keys: each may be given as `<NAME>_FILE`, a path, too. */
const secrets = z.registry<{ isSecret: true }>();

/** Marks a setting that contains a password or a key. Wraps the whole schema: a wrapper around this one is not marked. */
export function secret<S extends z.ZodType>(schema: S): S {
  secrets.add(schema, { isSecret: true });
  return schema;
}

export function isSecret(schema: z.core.$ZodType): boolean {
  return secrets.has(schema);
}

/** How many characters a file of a secret may have: a bigger one is not a secret but a wrong path. */
const MAX_SECRET_CHARS = 65_536;

/** Reads the file of a secret without its last line break. Throws an error that does not contain the content. */
function readSecretFile(name: string, path: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new ConfigError(`The configuration is not usable:\n  ${name}: cannot read ${path} (${code})`, {
      cause: error,
    });
  }
  const content = text.replace(/\r?\n$/, '');
  if (content === '' || content.length > MAX_SECRET_CHARS)
    throw new ConfigError(
      `The configuration is not usable:\n  ${name}: ${path} is empty or longer than ${MAX_SECRET_CHARS} characters`,
    );
  return content;
}

/** The text of a setting, from its variable or, if it is a secret, from the file that `<NAME>_FILE` names. */
function readSetting(
  name: string,
  schema: z.core.$ZodType,
  environment: NodeJS.ProcessEnv,
): string | undefined {
  const value = environment[name] === '' ? undefined : environment[name];
  const path = environment[`${name}_FILE`] === '' ? undefined : environment[`${name}_FILE`];
  if (path === undefined) return value;
  if (!isSecret(schema))
    throw new ConfigError(
      `The configuration is not usable:\n  ${name}_FILE: ${name} is no secret; set ${name}`,
    );
  if (value !== undefined)
    throw new ConfigError(`The configuration is not usable:\n  set ${name} or ${name}_FILE, not both`);
  return readSecretFile(`${name}_FILE`, path);
}

/** `true`/`false`/`1`/`0`. */
export const flag = z.stringbool();

/** Where trips begin and end. The matchers divide its shards among themselves. */
export const serviceArea = z
  .string()
  .transform((text, context) => {
    try {
      return parseBoundingBox(text);
    } catch (error) {
      context.addIssue(error instanceof Error ? error.message : String(error));
      return z.NEVER;
    }
  })
  .describe('south,west,north,east in degrees: where trips begin and end; the same in every process');

/** How many times faster than wall time service time may run. */
export const MAX_CLOCK_SPEED = 100;

/** Links that production mode refuses unless each is named in `HAILGRID_ALLOW_INSECURE`. */
const INSECURE_LINKS = ['anonymous_nats', 'plain_nats', 'plain_postgres'] as const;

/** Settings that every service reads; an app extends them with its own. */
export const baseConfig = z.object({
  mode: z
    .enum(['production', 'development'])
    .default('production')
    .describe('development allows a clock speed other than 1, and the dev-issuer'),
  instance: instanceName
    .default(() => hostname())
    .describe('name in logs, subjects and shard ownership, such as matcher-1; unique in the system'),
  docs: flag
    .default(true)
    .describe('whether the API has pages for people at /docs; its documents are served in any case'),
  httpHost: z.string().default('127.0.0.1').describe('address to listen on'),
  httpPort: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .default(0)
    .describe('port to listen on; 0: any free port, named in the log line ready'),
  natsUrls: secret(
    commaList
      .default(['nats://127.0.0.1:4222'])
      .describe(
        'NATS servers, comma-separated; tls:// asks for TLS; a user and password in them identify the process',
      ),
  ),
  natsNkeySeed: secret(
    z
      .string()
      .regex(/^SU[A-Z2-7]{56}$/, 'must be the seed of a user NKey: SU and 56 further characters')
      .optional()
      .describe('private half of the NKey of this app’s role; npm run bus:keys makes one for each role'),
  ),
  natsCredsFile: z
    .string()
    .optional()
    .describe('credentials file (.creds) in place of an NKey, where the operator of NATS uses accounts'),
  natsCaFile: z
    .string()
    .optional()
    .describe('PEM file of the authorities that sign the nats-servers’ certificates'),
  natsCertFile: z.string().optional().describe('PEM file of the certificate of this process for NATS'),
  natsKeyFile: z.string().optional().describe('PEM file of the private key of that certificate'),
  allowInsecure: z
    .string()
    .transform((text) => text.split(',').map((part) => part.trim()))
    .pipe(z.array(z.enum(INSECURE_LINKS)))
    .default([])
    .describe(
      'what production mode may use all the same, comma-separated: anonymous_nats, plain_nats, plain_postgres',
    ),
  logLevel: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info')
    .describe('lowest level that is logged'),
  clockSpeed: z.coerce
    .number()
    .min(1)
    .max(MAX_CLOCK_SPEED)
    .default(1)
    .describe('seconds of service time per second of wall time; the same in every process'),
  clockOriginMs: z.coerce
    .number()
    .int()
    .min(0)
    .default(0)
    .describe('Unix time in ms at which service time and wall time agree; the same in every process'),
  ...edgeConfig,
  exitWithParent: flag.default(false).describe('exit when standard input closes; for supervisors'),
});
export type BaseConfig = z.infer<typeof baseConfig>;

/** A setting is invalid. The message names the variable and the values it accepts; nothing has started yet. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Settings that are read no more, and what replaces them: ignored, they would change what a system does unseen. */
const REPLACED: Readonly<Record<string, string>> = {
  HAILGRID_UTC_OFFSET_S:
    'is replaced by HAILGRID_TIME_ZONE, an IANA time zone such as America/New_York, which follows its changes of the year',
};

/** Reads one setting of a configuration again, if it came from a file; undefined if it did not. */
type Reader = (key: string) => unknown;
/** Where each configuration came from, for {@link rereadSecret}. */
const readers = new WeakMap<object, Reader>();

/**
 * A function that returns the present value of a secret: its file, if it came from one, is read at each call, so that a renewed
 * secret counts without a restart. While the file is missing, being written or not valid, the value before it counts.
 */
export function rereadSecret<C extends object, K extends keyof C & string>(config: C, key: K): () => C[K] {
  const read = readers.get(config);
  let latest = config[key];
  return () => {
    try {
      const value = read?.(key);
      if (value !== undefined) latest = value as C[K];
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
    }
    return latest;
  };
}

function readerOf(shape: z.ZodObject['shape'], environment: NodeJS.ProcessEnv): Reader {
  return (key) => {
    const name = environmentName(key);
    const schema = shape[key];
    if (schema === undefined || (environment[`${name}_FILE`] ?? '') === '') return undefined;
    const parsed = schema.safeParse(readSetting(name, schema, environment));
    return parsed.success ? parsed.data : undefined;
  };
}

/** Parses the environment into typed values. Throws {@link ConfigError} naming every invalid variable. */
export function readConfig<S extends z.ZodObject>(schema: S, environment: NodeJS.ProcessEnv): z.output<S> {
  for (const [name, replacement] of Object.entries(REPLACED))
    if (environment[name] !== undefined && environment[name] !== '')
      throw new ConfigError(`The configuration is not usable:\n  ${name} ${replacement}`);
  const raw: Record<string, string> = {};
  for (const [key, setting] of Object.entries(schema.shape)) {
    const value = readSetting(environmentName(key), setting as z.core.$ZodType, environment);
    if (value !== undefined) raw[key] = value;
  }
  const parsed = schema.safeParse(raw);
  if (!parsed.success) {
    const lines = parsed.error.issues.map(
      (issue) => `  ${environmentName(String(issue.path[0]))}: ${issue.message}`,
    );
    throw new ConfigError(`The configuration is not usable:\n${lines.join('\n')}`);
  }
  readers.set(parsed.data, readerOf(schema.shape, environment));
  return parsed.data;
}

/**
 * Production refuses compressed time: a trip would end before its tokens and its riders expect it. It refuses a fixed
 * offset as time zone too, which is wrong for half of the year where clocks change, and links that others can read or
 * enter.
 */
export function refuseUnsafe(
  config: BaseConfig & { timeZone?: string; postgresUrls?: string[]; requirePresence?: boolean },
): void {
  if (config.mode !== 'production') return;
  if (config.requirePresence === false) {
    throw new ConfigError(`${environmentName('requirePresence')} must be true in production mode`);
  }
  if (/^[+-]/.test(config.timeZone ?? '')) {
    throw new ConfigError(
      `${environmentName('timeZone')} must be an IANA time zone in production mode, not the fixed offset ${config.timeZone}`,
    );
  }
  if (config.clockSpeed !== 1) {
    throw new ConfigError(`${environmentName('clockSpeed')} must be 1 in production mode`);
  }
  for (const [link, remedy] of insecureLinks(config)) {
    if (config.allowInsecure.includes(link)) continue;
    throw new ConfigError(
      `production mode refuses ${link}: ${remedy}, or name it in ${environmentName('allowInsecure')}`,
    );
  }
}

type InsecureLink = (typeof INSECURE_LINKS)[number];

/** The insecure links of a configuration, each with what makes it secure. */
function insecureLinks(config: BaseConfig & { postgresUrls?: string[] }): [InsecureLink, string][] {
  const { natsUrls, natsNkeySeed, natsCredsFile, natsCaFile, natsCertFile, postgresUrls = [] } = config;
  const links: [InsecureLink, string][] = [];
  if (
    natsNkeySeed === undefined &&
    natsCredsFile === undefined &&
    !natsUrls.every((url) => url.includes('@'))
  )
    links.push(['anonymous_nats', `set ${environmentName('natsNkeySeed')}`]);
  if (
    natsCaFile === undefined &&
    natsCertFile === undefined &&
    !natsUrls.every((url) => url.startsWith('tls://'))
  )
    links.push(['plain_nats', `use tls:// in ${environmentName('natsUrls')}`]);
  if (!postgresUrls.every((url) => /[?&]sslmode=(require|verify-ca|verify-full)\b/.test(url)))
    links.push(['plain_postgres', `add sslmode=verify-full to each of ${environmentName('postgresUrls')}`]);
  return links;
}
