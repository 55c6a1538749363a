/**
 * How a driver can be reached. `present`: it has a socket, or sends requests only. `lost`: its socket has closed.
 * `withdrawn`: taken off the position stream for that, until its next position.
 */
export type Reach = 'present' | 'lost' | 'withdrawn';

/** Inputs that change it: a socket opens or closes, a position is accepted, a lost driver is withdrawn. */
export type ReachInput = 'connect' | 'disconnect' | 'position' | 'withdraw';

/** Complete by type. A withdrawn driver stays withdrawn without a position: matchers would not know its place. */
export const REACH_AFTER: Readonly<Record<Reach, Readonly<Record<ReachInput, Reach>>>> = {
  present: { connect: 'present', disconnect: 'lost', position: 'present', withdraw: 'withdrawn' },
  lost: { connect: 'present', disconnect: 'lost', position: 'present', withdraw: 'withdrawn' },
  withdrawn: { connect: 'withdrawn', disconnect: 'withdrawn', position: 'present', withdraw: 'withdrawn' },
};
