import { z } from 'zod';
import { defineRoute } from './route.ts';

export const tokenRequest = z
  .strictObject({
    role: z.enum(['rider', 'driver', 'operator']),
    subject: z
      .string()
      .regex(/^(rider|driver|operator)_[0-7][0-9a-hjkmnp-tv-z]{25}$/)
      .optional()
      .meta({ description: 'an id of that role; a new one where it is left out' }),
    ttl_s: z.int().min(1).max(86_400).optional(),
  })
  .meta({ id: 'TokenRequest' });

export const tokenResponse = z
  .object({ token: z.string(), subject: z.string(), expires_in_s: z.int() })
  .meta({ id: 'Token' });

export const postToken = defineRoute({
  api: 'issuer',
  method: 'POST',
  path: '/v1/tokens',
  summary: 'A development token for any role; this service refuses to run in production mode',
  role: null,
  body: tokenRequest,
  response: tokenResponse,
  status: 201,
  errors: [],
});
