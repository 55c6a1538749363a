import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunReport } from '#libs/contracts';
import { dataReportLines } from '#libs/geo';
import { SeriesCollector } from '#libs/metric-series';
import { builtReport } from '../build/ensure-built.ts';
import type { City } from './city.ts';
import type { CityOptions } from './options.ts';
import { resultRows } from './result-table.ts';
import type { CityResult } from './result.ts';

/** How many points a chart has: more than the pixels of its width. */
const MAX_POINTS = 1_800;
/** How often the processes are asked in a run that is not too long for {@link MAX_POINTS} of this distance. */
const MIN_INTERVAL_MS = 2_000;
const MS_PER_MINUTE = 60_000;

/** Collects what the charts of the report show: of the whole run; of its last hour if it has no end. */
export function collectNumbers(
  city: Pick<City, 'metricsUrls'>,
  { minutes, speed }: Pick<CityOptions, 'minutes' | 'speed'>,
): SeriesCollector {
  const runMs = (minutes * MS_PER_MINUTE) / speed;
  const collector = new SeriesCollector({
    targets: async () => city.metricsUrls(),
    everyMs: Math.max(MIN_INTERVAL_MS, Math.ceil(runMs / MAX_POINTS)),
    maxPoints: MAX_POINTS,
    onError: (error) => console.error(`hailgrid: the report misses a moment: ${String(error)}`),
  });
  collector.start();
  return collector;
}

/** What a report says of a run. @param result absent if the fleet had not begun */
export function runReport(
  { command, started_at: startedAt }: Pick<CityResult, 'command' | 'started_at'>,
  result: CityResult | undefined,
  numbers: RunReport['numbers'],
): RunReport {
  return {
    command,
    started_at: startedAt,
    rows: result === undefined ? [] : [...resultRows(result), ...factRows(result)],
    processes: result?.processes ?? [],
    notes: result === undefined || result.data === null ? [] : dataReportLines(result.data),
    numbers,
  };
}

function factRows({ seed, ready_s: readyS, cores, cpu, platform, versions }: CityResult): [string, string][] {
  return [
    ['ready after', `${readyS.toFixed(1)} s`],
    ['seed', String(seed)],
    ['machine', `${cores} × ${cpu}, ${platform}`],
    [
      'versions',
      Object.entries(versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(', '),
    ],
  ];
}

/** Writes the report of a run as one HTML file that needs nothing else; returns its path. */
export function writeReport(directory: string, report: RunReport): string {
  mkdirSync(directory, { recursive: true });
  const file = join(directory, 'report.html');
  writeFileSync(file, reportPage(report, builtReport()));
  return file;
}

/** The policy forbids every request: whatever the page needs is in it. */
export function reportPage(report: RunReport, { script, style }: { script: string; style: string }): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'">
<title>A run of Hailgrid</title>
<style>${style.replaceAll('</style', '<\\/style')}</style>
</head>
<body>
<main id="report"></main>
<script type="application/json" id="run">${JSON.stringify(report).replaceAll('<', '\\u003c')}</script>
<script>${script.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--')}</script>
</body>
</html>
`;
}
