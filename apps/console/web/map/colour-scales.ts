import type { HexValue } from '../../protocol/map-messages.ts';

/** As many colours for owners as `tokens.css` has (`--owner-0` and so on); further owners share them. */
export const OWNER_COLOURS = 8;

/** Gives each owner a colour that it keeps while the page is open. Owners that are known at first are taken by name. */
export class OwnerColours {
  private readonly indices = new Map<string, number>();

  /** The number of the owner's colour. */
  indexOf(owner: string): number {
    const known = this.indices.get(owner);
    if (known !== undefined) return known;
    const index = this.indices.size % OWNER_COLOURS;
    this.indices.set(owner, index);
    return index;
  }

  learn(owners: Iterable<string>): void {
    for (const owner of [...new Set(owners)].sort(byNameAndNumber)) this.indexOf(owner);
  }
}

/** `matcher-10` comes after `matcher-2`. */
export function byNameAndNumber(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

export interface Range {
  low: number;
  high: number;
}

/** Undefined: there is nothing to show. Counts begin at 0, so that a single car never looks like the most. */
export function rangeOf(cells: readonly HexValue[]): Range | undefined {
  const values = cells.map(([, value]) => value).filter(Number.isFinite);
  if (values.length === 0) return undefined;
  // No spread of arguments: a city may have more cells than a call has room for.
  const least = values.reduce((a, b) => Math.min(a, b));
  const most = values.reduce((a, b) => Math.max(a, b));
  return { low: Math.min(0, least), high: most };
}

/** Where a value lies in the range, from 0 to 1. */
export function shareOf(value: number, { low, high }: Range): number {
  if (high <= low) return value > 0 ? 1 : 0;
  return Math.min(1, Math.max(0, (value - low) / (high - low)));
}

/** A number for a legend: short, with at most three digits that say something. */
export function shortNumber(value: number): string {
  return new Intl.NumberFormat('en', { maximumSignificantDigits: 3, notation: 'compact' }).format(value);
}
