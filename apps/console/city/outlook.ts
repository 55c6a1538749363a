import type { OutlookReply } from '#libs/contracts';

/** What matchers expect: values of cells. */
export interface Outlook {
  /** Expected requests, by cell. */
  readonly expected: ReadonlyMap<string, number>;
  /** What a second of drivers' time costs, in seconds of waiting, by shard. */
  readonly prices: ReadonlyMap<string, number>;
}

export const NO_OUTLOOK: Outlook = { expected: new Map(), prices: new Map() };

/** The outlooks of all matchers as one. A cell on the border of two shards has the requests of both. */
export function joinedOutlook(replies: readonly OutlookReply[]): Outlook {
  const expected = new Map<string, number>();
  for (const [cell, requests] of replies.flatMap((reply) => reply.expected))
    expected.set(cell, Math.round(((expected.get(cell) ?? 0) + requests) * 10) / 10);
  return { expected, prices: new Map(replies.flatMap((reply) => reply.prices)) };
}
