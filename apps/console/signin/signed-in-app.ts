import { z } from 'zod';
import type { Role } from '#libs/contracts';

/**
 * The parts of the page that people sign in to, each with a session of its own: an operator, a rider and a driver may be
 * open in one browser.
 */
export const signedInApp = z.enum(['console', 'rider', 'driver']);
export type SignedInApp = z.infer<typeof signedInApp>;

/** The role that each part is for. */
export const ROLE_OF_APP: Readonly<Record<SignedInApp, Role>> = {
  console: 'operator',
  rider: 'rider',
  driver: 'driver',
};
