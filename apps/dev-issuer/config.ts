import { z } from 'zod';
import { baseConfig, commaList, tokenConfig } from '#libs/service';

/** How long a token is valid by default: a driver's shift. */
const DEFAULT_TOKEN_TTL_S = 12 * 60 * 60;

export const issuerConfig = baseConfig.extend({
  mode: baseConfig.shape.mode.refine((mode) => mode !== 'production', {
    error:
      'this issuer gives a token of any role to any caller, so it refuses to run in production mode; ' +
      'set HAILGRID_MODE=development, or point the services at a real issuer with HAILGRID_JWKS_URL',
  }),
  jwtIssuer: tokenConfig.jwtIssuer,
  jwtAudience: tokenConfig.jwtAudience,
  issuerKeyFile: z
    .string()
    .optional()
    .describe(
      'file that keeps the signing key across restarts, created with mode 600; unset: a new key at each start',
    ),
  tokenTtlS: z.coerce
    .number()
    .int()
    .min(1)
    .default(DEFAULT_TOKEN_TTL_S)
    .describe('lifetime of a token in seconds, unless the request names one'),
  issuerUrl: z
    .url({ protocol: /^https?$/ })
    .transform((url) => url.replace(/\/$/, ''))
    .optional()
    .describe(
      'address at which OpenID clients and browsers reach this issuer; unset: the one that each request came to',
    ),
  signInRedirects: commaList
    .default([])
    .describe(
      'addresses, comma-separated and compared exactly, to which a sign-in may return beside those on loopback',
    ),
});
export type IssuerConfig = z.infer<typeof issuerConfig>;

/** Injects the {@link IssuerConfig}. */
export const ISSUER_CONFIG = Symbol('dev-issuer.config');
