import { types } from 'pg';
import type { CustomTypesConfig } from 'pg';

/** Type ids of Postgres's catalogue. */
const INT8 = 20;
const TIMESTAMPTZ = 1184;

/** Counters, epochs and money fit a double exactly; a value that does not is a bug, and throws instead of being rounded. */
function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`bigint ${text} does not fit a number`);
  return value;
}

const defaultParser = types.getTypeParser as (
  oid: number,
  format?: 'text' | 'binary',
) => (text: string) => unknown;

/** bigint as number, timestamptz as milliseconds since the epoch; everything else as `pg` reads it. */
export const typeParsers: CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (format !== 'binary' && oid === INT8) return safeInteger;
    if (format !== 'binary' && oid === TIMESTAMPTZ) return (text: string) => new Date(text).getTime();
    return defaultParser(oid, format);
  },
};

/** Milliseconds since the epoch as a timestamptz parameter. */
export function timestampOf(ms: number): string {
  return new Date(ms).toISOString();
}

/** A hexadecimal H3 cell as the bigint parameter that Postgres keeps. */
export function cellToBigint(cell: string): string {
  return BigInt(`0x${cell}`).toString();
}

/** Sorts before every id. */
export const FIRST_UUID = '00000000-0000-0000-0000-000000000000';
/** Sorts after every id. */
export const LAST_UUID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
