import { HailgridError, tripId, type TripId } from '#libs/contracts';

/** Opaque on purpose, so that the order of the pages can change. */
export function cursorAfter(last: TripId): string {
  return Buffer.from(last).toString('base64url');
}

/** Throws `invalid_request` for text that {@link cursorAfter} did not produce. */
export function readCursor(cursor: string): TripId {
  const parsed = tripId.safeParse(Buffer.from(cursor, 'base64url').toString());
  if (parsed.success && cursorAfter(parsed.data) === cursor) return parsed.data;
  throw new HailgridError('invalid_request', 'cursor', {
    issues: [{ pointer: '/cursor', message: 'not a cursor of this list' }],
  });
}
