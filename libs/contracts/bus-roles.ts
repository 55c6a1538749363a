import { z } from 'zod';

/**
 * Who speaks on the bus. Each role has a key of its own, and may publish and subscribe to what the contracts declare for
 * it and to nothing else. `console` only listens,
 * asks for positions again, and asks matchers what they expect. `operator` is for tools that an operator runs by hand, such as `npm run events:rebuild`.
 */
export const BUS_ROLES = [
  'rider-api',
  'driver-api',
  'matcher',
  'trips',
  'webhooks',
  'console',
  'operator',
] as const;
export const busRole = z.enum(BUS_ROLES);
export type BusRole = (typeof BUS_ROLES)[number];

/** Whether a process of this name has a role on the bus: `fleet` and `dev-issuer` have none. */
export function isBusRole(name: string): name is BusRole {
  return (BUS_ROLES as readonly string[]).includes(name);
}
