import { z } from 'zod';
import { baseConfig, tokenConfig } from '#libs/service';

const DEFAULT_TOKEN_TTL_S = 12 * 60 * 60;

export const issuerConfig = baseConfig.extend({
  mode: baseConfig.shape.mode.refine((mode) => mode !== 'production', {
    error:
      'this issuer hands a token of any role to anybody, so it refuses to run in production mode; ' +
      'set HAILGRID_MODE=development, or point the services at a real issuer with HAILGRID_JWKS_URL',
  }),
  jwtIssuer: tokenConfig.jwtIssuer,
  jwtAudience: tokenConfig.jwtAudience,
  /**
   * Keeps the signing key over restarts; made with mode 600 where it is missing. Without it each start has a new key.
   */
  issuerKeyFile: z.string().optional(),
  tokenTtlS: z.coerce.number().int().min(1).default(DEFAULT_TOKEN_TTL_S),
});
export type IssuerConfig = z.infer<typeof issuerConfig>;
