import { h3IndexToSplitLong, isPentagon, isValidCell, latLngToCell, splitLongToH3Index } from 'h3-js';
import type { Point } from './point.ts';

/**
 * An H3 cell as a safe integer: 4 bits of resolution, 7 bits of base cell, 3 bits for each digit down to that
 * resolution. Resolution 14 is the finest that fits (53 bits); a key of resolution 7 or coarser is below 2^31, so V8
 * keeps it unboxed. Within a resolution the keys sort as H3 indexes do.
 *
 * Numbers instead of H3 strings, because typed arrays can hold them and a parent takes one division.
 */
export type CellKey = number;

/** Which H3 resolution is the finest with safe-integer keys. */
export const MAX_CELL_KEY_RES = 14;

/** At which H3 resolution positions are published: `pos.<cell>`. */
export const POSITION_CELL_RES = 7;

/** At which H3 resolution matchers own cells, before any split. */
export const SHARD_CELL_RES = 6;

/** At which H3 resolution pickups and drivers are placed; every coarser cell is derived from it. */
export const PICKUP_CELL_RES = 9;

/** Digits after the resolution of a cell are all ones in an H3 index. */
const UNUSED_DIGIT = 7;
const LAST_DIGIT = 6;
const CHILD_DIGITS = [0, 1, 2, 3, 4, 5, 6];
/** A pentagon lacks the child in direction 1 (the K axis). */
const PENTAGON_CHILD_DIGITS = [0, 2, 3, 4, 5, 6];
const H3_MAX_RES = 15;
const BASE_CELLS = 128;

const POWERS_OF_8 = Array.from({ length: H3_MAX_RES + 1 }, (_, exponent) => 8 ** exponent);

/** Resolution by the position of a key's highest set bit, which no two resolutions share. */
const RES_OF_HIGHEST_BIT = resolutionsByHighestBit();

function resolutionsByHighestBit(): Uint8Array {
  const table = new Uint8Array(64);
  for (let res = 1; res <= MAX_CELL_KEY_RES; res++) table[7 + Math.floor(Math.log2(res)) + 3 * res] = res;
  return table;
}

function powerOf8(exponent: number): number {
  const power = POWERS_OF_8[exponent];
  if (power === undefined) throw new RangeError(`no H3 resolution step of ${exponent}`);
  return power;
}

/** Resolution of a key, 0 to 14. */
export function cellKeyRes(key: CellKey): number {
  const high = Math.floor(key / 0x1_0000_0000);
  const highestBit = high > 0 ? 63 - Math.clz32(high) : 31 - Math.clz32(key);
  return RES_OF_HIGHEST_BIT[highestBit] ?? 0;
}

/**
 * The H3 cell of the point. H3 cells do not nest exactly, so a coarser cell that has to agree with a finer one is its
 * {@link parentKey}, never a second look-up.
 */
export function cellKeyAt(lat: number, lng: number, res: number): CellKey {
  return cellKeyFromH3(latLngToCell(lat, lng, res));
}

/** The resolution 9 cell of a pickup (or of a driver). */
export function pickupCellOf(point: Point): CellKey {
  return cellKeyAt(point.lat, point.lng, PICKUP_CELL_RES);
}

/** The cell whose subject carries the positions of a driver at this point: the parent at 7 of its resolution 9 cell. */
export function positionCellOf(point: Point): CellKey {
  return parentKey(pickupCellOf(point), POSITION_CELL_RES);
}

/** The unsplit shard of a pickup at this point: the parent at 6 of its resolution 9 cell. */
export function shardCellOf(point: Point): CellKey {
  return parentKey(pickupCellOf(point), SHARD_CELL_RES);
}

/**
 * From a trusted H3 cell string (our own or from h3-js); see {@link parseCellKey} for untrusted text.
 * @throws RangeError at resolution 15.
 */
export function cellKeyFromH3(cell: string): CellKey {
  const [low, high] = h3IndexToSplitLong(cell);
  return cellKeyFromHalves(low >>> 0, high >>> 0);
}

/** From untrusted text: undefined unless it is a valid H3 cell of a supported resolution. */
export function parseCellKey(text: string): CellKey | undefined {
  if (!/^[0-9a-f]{15,16}$/.test(text) || !isValidCell(text)) return undefined;
  const [, high] = h3IndexToSplitLong(text);
  return resOfHigh(high) <= MAX_CELL_KEY_RES ? cellKeyFromH3(text) : undefined;
}

/** The H3 string of a key. */
export function cellKeyToH3(key: CellKey): string {
  const res = cellKeyRes(key);
  const digits = key % powerOf8(res);
  const baseCell = Math.floor(key / powerOf8(res)) % BASE_CELLS;
  const unused = H3_MAX_RES - res;
  const digitBits = digits * powerOf8(unused) + (powerOf8(unused) - 1);
  // Mode 1 (cell), resolution, base cell and 13 of the 45 digit bits make the upper half.
  const high = 0x0800_0000 + res * 0x10_0000 + baseCell * 0x2000 + Math.floor(digitBits / 0x1_0000_0000);
  return splitLongToH3Index(digitBits % 0x1_0000_0000, high);
}

/** The H3 index of a key as a decimal string, for a Postgres `bigint` column. */
export function cellKeyToBigInt(key: CellKey): string {
  return BigInt(`0x${cellKeyToH3(key)}`).toString();
}

/**
 * The ancestor of a cell at a resolution not finer than its own (logical containment, H3's `cellToParent`).
 * @throws RangeError when `res` is finer than the cell.
 */
export function parentKey(key: CellKey, res: number): CellKey {
  const ownRes = cellKeyRes(key);
  const steps = ownRes - res;
  if (steps < 0 || res < 0) throw new RangeError(`a cell of resolution ${ownRes} has no parent at ${res}`);
  // Dropping digits keeps the old resolution in the top bits; correct that by the difference.
  return Math.floor(key / powerOf8(steps)) - steps * BASE_CELLS * powerOf8(res);
}

/** True when `ancestor` contains `key` logically; a cell is its own ancestor. */
export function isAncestor(ancestor: CellKey, key: CellKey): boolean {
  const res = cellKeyRes(ancestor);
  return res <= cellKeyRes(key) && parentKey(key, res) === ancestor;
}

/**
 * The inclusive range `[lo, hi]` of H3 indexes, as decimal strings, that contains all descendants of `key` at `res` and
 * no other cell of that resolution: `pickup_cell BETWEEN lo AND hi`.
 * @throws RangeError when `res` is coarser than the cell.
 */
export function descendantRange(key: CellKey, res: number): readonly [lo: string, hi: string] {
  const steps = res - cellKeyRes(key);
  if (steps < 0 || res > MAX_CELL_KEY_RES) {
    throw new RangeError(`a cell of resolution ${cellKeyRes(key)} has no descendants at ${res}`);
  }
  const lo = firstDescendant(key, steps);
  // All digits 6: 6 * (8^steps - 1) / 7.
  const hi = lo + (LAST_DIGIT * (powerOf8(steps) - 1)) / UNUSED_DIGIT;
  return [cellKeyToBigInt(lo), cellKeyToBigInt(hi)];
}

/** The direct children of a cell: seven, or six for a pentagon. */
export function childKeys(key: CellKey): CellKey[] {
  const first = firstDescendant(key, 1);
  const digits = isPentagon(cellKeyToH3(key)) ? PENTAGON_CHILD_DIGITS : CHILD_DIGITS;
  return digits.map((digit) => first + digit);
}

/** The centre descendant (all further digits 0), `steps` resolutions down. */
function firstDescendant(key: CellKey, steps: number): CellKey {
  return (key + steps * BASE_CELLS * powerOf8(cellKeyRes(key))) * powerOf8(steps);
}

function resOfHigh(high: number): number {
  return (high >>> 20) & 0xf;
}

function cellKeyFromHalves(low: number, high: number): CellKey {
  const res = resOfHigh(high);
  if (res > MAX_CELL_KEY_RES) throw new RangeError(`a cell of resolution ${res} does not fit a safe integer`);
  const baseCell = (high >>> 13) & 0x7f;
  const digitBits = (high & 0x1fff) * 0x1_0000_0000 + low;
  const digits = Math.floor(digitBits / powerOf8(H3_MAX_RES - res));
  return (res * BASE_CELLS + baseCell) * powerOf8(res) + digits;
}
