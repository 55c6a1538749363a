import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { h3Cell } from '#libs/contracts';
import { clientEntry, type ClientEntry } from './client-entry.ts';
import type { TenureFact } from './facts.ts';

/** What a fleet's phones saw. Throws on a line that is not understood: a checker that skips it would see nothing. */
export function readClientLog(file: string): ClientEntry[] {
  return linesOf(file).map((line) => clientEntry.parse(JSON.parse(line)));
}

const tenureLine = z.object({
  event: z.enum(['shards_drained', 'shards_taken_over']),
  at_ms: z.number(),
  shards: z.array(z.object({ shard: h3Cell, epoch: z.number() })),
});

/** What a matcher's log tells about shards given up and taken over. */
export function readTenures(matcher: string, file: string): TenureFact[] {
  return linesOf(file)
    .filter((line) => line.includes('"shards_drained"') || line.includes('"shards_taken_over"'))
    .map((line) => {
      const { event, at_ms: atMs, shards } = tenureLine.parse(JSON.parse(line));
      return { matcher, event, atMs, shards };
    });
}

/** Whole lines; the last one of a process that was killed may be half written. */
function linesOf(file: string): string[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .slice(0, -1)
    .filter((line) => line !== '');
}
