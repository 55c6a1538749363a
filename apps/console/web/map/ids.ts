import { TypeID } from 'typeid-js';

/** The public form of an id, from either form. Ids that are neither come back as they are. */
export function publicId(prefix: 'driver' | 'trip' | 'rider', id: string): string {
  return /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/i.test(id) ? TypeID.fromUUID(prefix, id).toString() : id;
}

/** The bare UUID of a public id; undefined: it is none. */
export function uuidOf(id: string): string | undefined {
  try {
    return TypeID.fromString(id).toUUID();
  } catch {
    return undefined;
  }
}
