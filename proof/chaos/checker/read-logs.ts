import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { h3Cell } from '#libs/contracts';
import { clientEntry, type ClientEntry } from './client-entry.ts';
import type { TenureFact } from './facts.ts';

/** The records of a fleet's phones. Throws on an unknown line: a skipped line could hide a violation. */
export function readClientLog(file: string): ClientEntry[] {
  return linesOf(file).map((line) => clientEntry.parse(JSON.parse(line)));
}

const tenureLine = z.object({
  event: z.enum(['shards_drained', 'shards_taken_over']),
  at_ms: z.number(),
  shards: z.array(z.object({ shard: h3Cell, epoch: z.number() })),
});

/** The shards that a matcher gave up and took over, from its log. */
export function readTenures(matcher: string, file: string): TenureFact[] {
  return linesOf(file)
    .filter((line) => line.includes('"shards_drained"') || line.includes('"shards_taken_over"'))
    .map((line) => {
      const { event, at_ms: atMs, shards } = tenureLine.parse(JSON.parse(line));
      return { matcher, event, atMs, shards };
    });
}

/** Complete lines; a killed process may leave half a line at the end. */
function linesOf(file: string): string[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .slice(0, -1)
    .filter((line) => line !== '');
}
