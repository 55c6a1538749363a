import { z } from 'zod';
import { baseConfig, commaList, secret, serviceArea, tokenConfig } from '#libs/service';

/** How long a sign-in lasts by default without a new one: a dispatcher's day. */
const DEFAULT_SESSION_TTL_S = 12 * 60 * 60;
/** Bytes of the key that seals sessions: AES-256. */
const SESSION_KEY_BYTES = 32;

/** How often the console asks processes for their metrics by default. */
const DEFAULT_METRICS_INTERVAL_MS = 5_000;

const origin = z.url({ protocol: /^https?$/ }).transform((text) => text.replace(/\/+$/, ''));

export const consoleConfig = baseConfig
  .extend({
    ...tokenConfig,
    serviceArea,
    publicUrl: origin
      .optional()
      .describe('address of the console as browsers see it; unset: that of the socket, for development'),
    oidcIssuerUrl: origin.describe('OpenID provider with which people sign in, without /.well-known'),
    oidcClientId: z.string().min(1).default('hailgrid-console').describe('client id of the console there'),
    oidcClientSecret: secret(
      z.string().min(1).optional().describe('client secret there; unset: a public client with PKCE'),
    ),
    oidcScope: z
      .string()
      .default('openid')
      .describe('scopes that the console asks for, separated by spaces; offline_access for refresh tokens'),
    oidcAudience: z
      .string()
      .optional()
      .describe('parameter audience of the sign-in, for providers such as Auth0 that need it'),
    sessionKey: secret(
      z
        .base64url()
        .refine((text) => Buffer.from(text, 'base64url').length === SESSION_KEY_BYTES, {
          error: `must be ${SESSION_KEY_BYTES} bytes in base64url`,
        })
        .optional()
        .describe(
          'key that seals the sessions in cookies, 32 bytes in base64url; the same in every console; unset, in development: a new one at each start',
        ),
    ),
    sessionTtlS: z.coerce
      .number()
      .int()
      .min(60)
      .default(DEFAULT_SESSION_TTL_S)
      .describe('how long a sign-in lasts, in seconds'),
    operatorsUrl: origin.describe('base address of the operators’ API, which trips serves'),
    riderApiUrl: origin
      .optional()
      .describe('address of rider-api as browsers see it, for the page /rider; unset: no such page'),
    driverApiUrl: origin
      .optional()
      .describe('address of driver-api as browsers see it, for the page /driver; unset: no such page'),
    pagesDir: z.string().default('dist/web').describe('directory of the built pages'),
    tileUrl: z
      .url()
      .optional()
      .describe('template of raster tiles below the streets, with {z}, {x} and {y}; unset: none'),
    streetsDir: z.string().optional().describe('directory of the street network that the map draws'),
    metricsTargets: commaList
      .default([])
      .describe('addresses of /metrics of all processes, comma-separated, for the page of numbers'),
    metricsIntervalMs: z.coerce
      .number()
      .int()
      .min(1_000)
      .max(300_000)
      .default(DEFAULT_METRICS_INTERVAL_MS)
      .describe('how often the console asks them for their metrics, in milliseconds'),
    cityControlUrl: z.url().optional().describe('control server of npm start; development only'),
    cityControlToken: secret(z.string().optional().describe('token of that server')),
  })
  .superRefine((config, context) => {
    if (config.mode !== 'production') return;
    for (const key of ['sessionKey', 'publicUrl'] as const)
      if (config[key] === undefined)
        context.addIssue({ code: 'custom', path: [key], message: 'must be set in production mode' });
    if (config.cityControlUrl !== undefined)
      context.addIssue({
        code: 'custom',
        path: ['cityControlUrl'],
        message: 'breaks processes, so it is refused in production mode',
      });
  });
export type ConsoleConfig = z.infer<typeof consoleConfig>;
