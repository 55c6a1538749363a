import { MAX_OUTLOOK_CELLS, OUTLOOK_CELL_RES, OUTLOOK_WITHIN_MIN } from '#libs/contracts';
import { cellKeyToH3, parentKey, pickupCellOf, type Point } from '#libs/geo';

/** The shortest span that gives a rate: one request in the first second is no rush. */
const MIN_SPAN_MS = 5 * 60_000;
const MS_PER_MIN = 60_000;

/** Requests that are expected in each cell within {@link OUTLOOK_WITHIN_MIN}: as many as there were lately. */
export function expectedRequests(
  recent: readonly { readonly pickups: readonly Point[]; readonly spanMs: number }[],
): [cell: string, requests: number][] {
  const expected = new Map<string, number>();
  for (const { pickups, spanMs } of recent) {
    const each = (OUTLOOK_WITHIN_MIN * MS_PER_MIN) / Math.max(MIN_SPAN_MS, spanMs);
    for (const pickup of pickups) {
      const cell = cellKeyToH3(parentKey(pickupCellOf(pickup), OUTLOOK_CELL_RES));
      expected.set(cell, (expected.get(cell) ?? 0) + each);
    }
  }
  return [...expected]
    .sort(([, one], [, other]) => other - one)
    .slice(0, MAX_OUTLOOK_CELLS)
    .map(([cell, requests]) => [cell, Math.round(requests * 10) / 10]);
}
