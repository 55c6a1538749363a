import { z } from 'zod';
import { role } from '#libs/contracts';
import { ANY_TOKEN } from './claims.ts';

/** How old a token may be by default: a day's sign-in, whatever expiry it names. */
const DEFAULT_MAX_TOKEN_AGE_S = 24 * 60 * 60;
/** How long the keys of an issuer that is away are used by default: an outage, not a revocation. */
const DEFAULT_JWKS_STALE_LIMIT_MS = 60 * 60 * 1_000;

const flag = z.stringbool();

/** `rider=customer,driver=courier`: each role with a value that stands for it. */
const roleValues = z.string().transform((text, context) =>
  text.split(',').flatMap((pair) => {
    const [name = '', ...rest] = pair.trim().split('=');
    const [known, value] = [role.safeParse(name).data, rest.join('=')];
    if (known === undefined || value === '') {
      context.addIssue(
        `${JSON.stringify(pair)} is not <role>=<value> with a role of ${role.options.join(', ')}`,
      );
      return [];
    }
    if (value === ANY_TOKEN && known === 'operator') {
      context.addIssue('operator=* would make every token that of an operator');
      return [];
    }
    return [{ role: known, value }];
  }),
);

/** Settings of the services that verify tokens: the APIs of phones and operators. */
export const tokenConfig = {
  jwksUrl: z.url().describe('public keys of the token issuer'),
  jwtIssuer: z.string().default('hailgrid').describe('claim iss of every token'),
  jwtAudience: z.string().default('hailgrid').describe('audience of every token'),
  jwtAudienceClaim: z
    .enum(['aud', 'client_id', 'azp'])
    .default('aud')
    .describe('claim with the audience; client_id for access tokens of Cognito, which have no aud'),
  jwtRoleClaim: z
    .string()
    .min(1)
    .default('role')
    .describe(
      'claim with the roles, by its name or its path: role, realm_access.roles, cognito:groups, https://example.com/role, scope',
    ),
  jwtRoles: roleValues
    .default(role.options.map((name) => ({ role: name, value: name })))
    .describe(
      'values of that claim and their roles, such as rider=customer,driver=courier,driver=chauffeur; the value * is any token',
    ),
  jwtScopeClaim: z
    .string()
    .min(1)
    .default('scope')
    .describe('claim with the scopes, by its name or its path: scope, scp, permissions'),
  jwtScopePrefix: z
    .string()
    .default('')
    .describe(
      'text before each scope, such as hailgrid/ for a resource server of Cognito; other scopes are ignored',
    ),
  jwtSubjectIsId: flag
    .optional()
    .describe(
      'whether a subject such as rider_01k… is the internal id; only for an issuer that gives subjects out itself; default: true in development, false in production',
    ),
  jwtAcceptIdTokens: flag
    .default(false)
    .describe('whether ID tokens are accepted where they are recognised as such'),
  jwtMaxAgeS: z.coerce
    .number()
    .int()
    .min(1)
    .default(DEFAULT_MAX_TOKEN_AGE_S)
    .describe('how old a token may be since it was issued (iat), in seconds, whatever its expiry'),
  jwksStaleLimitMs: z.coerce
    .number()
    .int()
    .min(0)
    .default(DEFAULT_JWKS_STALE_LIMIT_MS)
    .describe('how long fetched keys are used while the issuer does not answer; after that calls get 503'),
};

export type TokenSettings = z.output<z.ZodObject<typeof tokenConfig>>;
