import { dataReportLines } from '#libs/geo';
import { failoversText } from './database-state.ts';
import type { CityResult } from './result.ts';

/** The final table as lines of text. */
export function resultTable(result: CityResult): string[] {
  return [...aligned(resultRows(result)), '', ...processTable(result), ...dataLines(result)];
}

/** Names and values of the final table. */
export function resultRows(result: CityResult): [string, string][] {
  return [
    ['trips requested', String(result.requested)],
    [
      'served',
      `${result.served}${result.served_pct === null ? '' : ` (${result.served_pct} % of those closed)`}`,
    ],
    ['canceled', String(result.canceled)],
    ['expired', String(result.expired)],
    ['still open', String(result.open)],
    [
      'wait for pickup',
      `mean ${seconds(result.wait_s.mean)}, p50 ${seconds(result.wait_s.p50)}, p95 ${seconds(result.wait_s.p95)}`,
    ],
    [
      'match latency',
      `p50 ${millis(result.match_latency_ms.p50)}, p99 ${millis(result.match_latency_ms.p99)}`,
    ],
    ['driver pings', `${Math.round(result.pings_per_s)} /s`],
    ['errors', errorsText(result)],
    ...failoverRow(result),
    ['first match after', seconds(result.first_match_s)],
    ['demand lasted', seconds(result.elapsed_s)],
  ];
}

/** The row of failovers, if there was one. */
function failoverRow({ failovers }: CityResult): [string, string][] {
  return failovers.length === 0 ? [] : [['Postgres', failoversText(failovers)]];
}

function dataLines({ data }: CityResult): string[] {
  return data === null ? [] : ['', ...dataReportLines(data).map((line) => `  ${line}`)];
}

function processTable({ processes }: CityResult): string[] {
  const width = Math.max(...processes.map(({ name }) => name.length), 'process'.length);
  const line = (name: string, memory: string, cpu: string): string =>
    `  ${name.padEnd(width)}  ${memory.padStart(8)}  ${cpu.padStart(8)}`;
  return [
    line('process', 'RSS MB', 'CPU s'),
    ...processes.map(({ name, rss_mb: rssMb, cpu_s: cpuS }) => line(name, rssMb.toFixed(1), cpuS.toFixed(1))),
  ];
}

function aligned(rows: readonly [string, string][]): string[] {
  const width = Math.max(...rows.map(([label]) => label.length));
  return rows.map(([label, value]) => `  ${label.padEnd(width)}  ${value}`);
}

function errorsText({ errors, errors_by_code: byCode }: CityResult): string {
  const codes = Object.entries(byCode).map(([code, count]) => `${code} ${count}`);
  return codes.length === 0 ? String(errors) : `${errors} (${codes.join(', ')})`;
}

function seconds(value: number | null): string {
  return value === null ? '–' : `${value.toFixed(1)} s`;
}

function millis(value: number | null): string {
  return value === null ? '–' : `${Math.round(value)} ms`;
}
