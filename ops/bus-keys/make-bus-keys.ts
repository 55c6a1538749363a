import { createUser } from '@nats-io/nkeys';
import { BUS_ROLES, type BusRole } from '#libs/contracts';

/** The NKeys of every role: private halves for the processes, public halves for nats-server. */
export interface BusKeys {
  /** `SU…`; each for HAILGRID_NATS_NKEY_SEED of the processes of one role, and for nobody else. */
  seeds: Readonly<Record<BusRole, string>>;
  /** `U…`; no secret. */
  publicKeys: Readonly<Record<BusRole, string>>;
}

/** Makes new keys for all roles. */
export function makeBusKeys(): BusKeys {
  const pairs = BUS_ROLES.map((role) => [role, createUser()] as const);
  return {
    seeds: byRole(pairs.map(([role, pair]) => [role, new TextDecoder().decode(pair.getSeed())])),
    publicKeys: byRole(pairs.map(([role, pair]) => [role, pair.getPublicKey()])),
  };
}

function byRole(entries: [BusRole, string][]): Record<BusRole, string> {
  return Object.fromEntries(entries) as Record<BusRole, string>;
}
