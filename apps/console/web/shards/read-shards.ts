import type { ShardPage } from '#libs/contracts';
import { callOps } from '../ops-api/call.ts';

/** How many pages of shards are read at once: some ten thousand shards, a few large cities. */
const MAX_PAGES = 20;

/** All live shards with their owners, and the matchers. */
export async function readShards(signal: AbortSignal): Promise<ShardPage> {
  const first = await callOps<ShardPage>('/v1/shards', { signal });
  const data = [...first.data];
  let cursor = first.next_cursor;
  for (let page = 1; cursor !== null && page < MAX_PAGES; page += 1) {
    const next = await callOps<ShardPage>(`/v1/shards?cursor=${cursor}`, { signal });
    data.push(...next.data);
    cursor = next.next_cursor;
  }
  return { ...first, data, next_cursor: cursor };
}
