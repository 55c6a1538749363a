import { hostname } from 'node:os';
import { z } from 'zod';
import { instanceName } from '#libs/contracts';
import { parseBoundingBox } from '#libs/geo';

const PREFIX = 'HAILGRID_';

/** `offerTtlMs` → `HAILGRID_OFFER_TTL_MS`. */
export function environmentName(key: string): string {
  return PREFIX + key.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

/** A comma-separated list with at least one member. */
export const commaList = z
  .string()
  .transform((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  )
  .pipe(z.array(z.string()).min(1));

/** `true`/`false`/`1`/`0`. */
export const flag = z.stringbool();

/** `south,west,north,east` in degrees: where trips begin and end. */
export const serviceArea = z.string().transform((text, context) => {
  try {
    return parseBoundingBox(text);
  } catch (error) {
    context.addIssue(error instanceof Error ? error.message : String(error));
    return z.NEVER;
  }
});

export const MAX_CLOCK_SPEED = 100;

/** What every service reads; an app extends it with its own. */
export const baseConfig = z.object({
  mode: z.enum(['production', 'development']).default('production'),
  instance: instanceName.default(() => hostname()),
  httpHost: z.string().default('127.0.0.1'),
  httpPort: z.coerce.number().int().min(0).max(65_535).default(0),
  natsUrls: commaList.default(['nats://127.0.0.1:4222']),
  logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  clockSpeed: z.coerce.number().min(1).max(MAX_CLOCK_SPEED).default(1),
  clockOriginMs: z.coerce.number().int().min(0).default(0),
  exitWithParent: flag.default(false),
});
export type BaseConfig = z.infer<typeof baseConfig>;

/** Where tokens are checked; for the services that phones and operators speak to. */
export const tokenConfig = {
  jwksUrl: z.url(),
  jwtIssuer: z.string().default('hailgrid'),
  jwtAudience: z.string().default('hailgrid'),
};

/** A setting is wrong; the message names the variable and what it takes. Nothing is started. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Reads the environment once, into typed values. Throws {@link ConfigError} naming every variable that is wrong. */
export function readConfig<S extends z.ZodObject>(schema: S, environment: NodeJS.ProcessEnv): z.output<S> {
  const raw: Record<string, string> = {};
  for (const key of Object.keys(schema.shape)) {
    const value = environment[environmentName(key)];
    if (value !== undefined && value !== '') raw[key] = value;
  }
  const parsed = schema.safeParse(raw);
  if (!parsed.success) {
    const lines = parsed.error.issues.map(
      (issue) => `  ${environmentName(String(issue.path[0]))}: ${issue.message}`,
    );
    throw new ConfigError(`The configuration is not usable:\n${lines.join('\n')}`);
  }
  return parsed.data;
}

/** Production takes no compressed time: a trip would be over before its tokens and its riders know. */
export function refuseUnsafe(config: BaseConfig): void {
  if (config.mode === 'production' && config.clockSpeed !== 1) {
    throw new ConfigError(`${environmentName('clockSpeed')} must be 1 in production mode`);
  }
}
