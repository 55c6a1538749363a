import { z } from 'zod';
import { defineCommand } from '../command.ts';

/** How long the name of an issuer may be. */
const MAX_ISSUER_LENGTH = 512;

/** Finds the identity of a token's subject, and makes one at first sight. The ids of all its roles have this UUID. */
export const resolveIdentity = defineCommand(
  'riders',
  'trips.identities.resolve',
  z.object({
    issuer: z.string().min(1).max(MAX_ISSUER_LENGTH),
    subject: z.string().regex(/^[\x20-\x7e]{1,255}$/),
  }),
  z.object({ identity_id: z.uuid() }),
  { callers: ['rider-api', 'driver-api'] },
);
