import { createHash } from 'node:crypto';
import { idFromUuid, newId, scope, type PlayedPerson, type Role, type Scope } from '#libs/contracts';

export interface Person {
  readonly role: Role;
  readonly scopes: readonly Scope[];
  readonly label: string;
  readonly what: string;
}

export const PERSONS: Readonly<Record<PlayedPerson, Person>> = {
  operator: {
    role: 'operator',
    scopes: scope.options,
    label: 'Operator',
    what: 'sees and changes everything',
  },
  viewer: {
    role: 'operator',
    scopes: ['ops.read'],
    label: 'Operator who may only look',
    what: 'changes nothing',
  },
  rider: { role: 'rider', scopes: [], label: 'Rider', what: 'requests trips' },
  driver: { role: 'driver', scopes: [], label: 'Driver', what: 'drives them' },
};

/** A new subject, or always the same one for a name, whatever its case: one plays the same rider again. */
export function subjectOf(role: Role, name: string | undefined): string {
  if (name === undefined) return newId(role);
  const digest = createHash('sha256')
    .update(`${role}:${name.normalize('NFKC').toLowerCase()}`)
    .digest();
  // Version 8 of RFC 9562: a UUID whose bits are the maker's own.
  digest.writeUInt8((digest.readUInt8(6) & 0x0f) | 0x80, 6);
  digest.writeUInt8((digest.readUInt8(8) & 0x3f) | 0x80, 8);
  const uuid = digest.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  return idFromUuid(role, uuid);
}
