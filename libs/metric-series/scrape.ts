import { CHARTS } from './charts.ts';
import type { Scrape } from './derive.ts';
import { parseMetrics } from './parse-metrics.ts';

/** How long a process may take to tell its metrics; a frozen one is left out. */
const SCRAPE_TIMEOUT_MS = 2_000;
/** How many processes are asked at once; further ones wait. */
const MAX_SCRAPES_AT_ONCE = 16;
/** How many processes are asked at all. */
const MAX_TARGETS = 256;

const WANTED: ReadonlySet<string> = new Set(
  CHARTS.map(({ from }) => (from.kind === 'quantiles' ? `${from.metric}_bucket` : from.metric)),
);

/** What the processes at these addresses tell now; those that do not answer are left out. */
export async function scrape(targets: readonly string[], now: () => number): Promise<Scrape[]> {
  const found: Scrape[] = [];
  const waiting = targets.slice(0, MAX_TARGETS);
  const work = async (): Promise<void> => {
    for (let target = waiting.pop(); target !== undefined; target = waiting.pop()) {
      const text = await metricsOf(target);
      if (text !== undefined)
        found.push({ target, atMs: now(), samples: parseMetrics(text, (name) => WANTED.has(name)) });
    }
  };
  await Promise.all(Array.from({ length: MAX_SCRAPES_AT_ONCE }, work));
  return found;
}

async function metricsOf(url: string): Promise<string | undefined> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(SCRAPE_TIMEOUT_MS) });
    const text = await answer.text();
    return answer.ok ? text : undefined;
  } catch {
    return undefined;
  }
}
