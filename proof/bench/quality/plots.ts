import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunResult } from './kpis.ts';
import type { MeasuredRow } from './measure.ts';
import type { ReportRow } from './report.ts';

type Series = readonly { readonly x: number; readonly y: number }[];

interface Axes {
  readonly title: string;
  readonly xTitle: string;
  readonly yTitle: string;
  readonly xRange: readonly [number, number];
  readonly yRange: readonly [number, number];
}

const [WIDTH, HEIGHT, MARGIN] = [720, 420, 60];
const COLORS = ['#888888', '#d95f02', '#7570b3', '#66a61e', '#1b6ca8', '#e7298a'];
const TICKS = 5;
const WAIT_STEP_S = 10;

/** Writes `waits.svg` for the first fleet, and for several fleets also `served-by-fleet.svg`. */
export function drawPlots(directory: string, plotted: readonly MeasuredRow[]): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(
    join(directory, 'waits.svg'),
    waitsPlot(plotted.filter(({ row }) => row.fleet === plotted[0]?.row.fleet)),
  );
  if (new Set(plotted.map(({ row }) => row.fleet)).size > 1)
    writeFileSync(join(directory, 'served-by-fleet.svg'), servedPlot(plotted));
}

/** Share of all riders who are picked up within a given number of seconds. */
function waitsPlot(plotted: readonly MeasuredRow[]): string {
  const longestS = Math.max(
    WAIT_STEP_S,
    ...plotted.flatMap(({ runs }) => runs.map(({ waitsS }) => waitsS.at(-1) ?? 0)),
  );
  const series = plotted.map(({ row, runs }) => ({
    name: nameOf(row),
    points: pickedUpWithin(runs, longestS),
  }));
  return plot(series, {
    title: 'How soon riders are picked up',
    xTitle: 'seconds after the request',
    yTitle: '% picked up',
    xRange: [0, longestS],
    yRange: [0, 100],
  });
}

function pickedUpWithin(runs: readonly RunResult[], longestS: number): Series {
  const requests = runs.reduce((sum, run) => sum + run.requests, 0);
  const points: { x: number; y: number }[] = [];
  for (let x = 0; x <= longestS; x += WAIT_STEP_S) {
    const within = runs.reduce((sum, { waitsS }) => sum + waitsS.filter((wait) => wait <= x).length, 0);
    points.push({ x, y: requests === 0 ? 0 : (100 * within) / requests });
  }
  return points;
}

function servedPlot(plotted: readonly MeasuredRow[]): string {
  const rows = plotted.map(({ row }) => row);
  const byPolicy = Map.groupBy(rows, ({ policy, shards }) =>
    shards === 1 ? policy : `${policy}, ${shards} matchers`,
  );
  const fleets = rows.map(({ fleet }) => fleet);
  const served = rows.map(({ served_pct }) => served_pct.mean);
  const series = [...byPolicy].map(([name, group]) => ({
    name,
    points: group
      .map(({ fleet, served_pct }) => ({ x: fleet, y: served_pct.mean }))
      .sort((a, b) => a.x - b.x),
  }));
  return plot(series, {
    title: 'Riders served by fleet size',
    xTitle: 'cars',
    yTitle: '% of all requests',
    xRange: [Math.min(...fleets), Math.max(...fleets)],
    yRange: [Math.floor(Math.min(...served) / 5) * 5, 100],
  });
}

function nameOf({ policy, fleet, shards }: ReportRow): string {
  return `${policy}, ${fleet} cars${shards === 1 ? '' : `, ${shards} matchers`}`;
}

function plot(series: readonly { readonly name: string; readonly points: Series }[], axes: Axes): string {
  const x = (value: number): number =>
    MARGIN + ((value - axes.xRange[0]) / (axes.xRange[1] - axes.xRange[0])) * (WIDTH - 2 * MARGIN);
  const y = (value: number): number =>
    HEIGHT - MARGIN - ((value - axes.yRange[0]) / (axes.yRange[1] - axes.yRange[0])) * (HEIGHT - 2 * MARGIN);
  const lines = series.map(({ name, points }, rank) => {
    const color = COLORS[rank % COLORS.length] ?? '#000000';
    const path = points.map((point) => `${x(point.x).toFixed(1)},${y(point.y).toFixed(1)}`).join(' ');
    return `<polyline fill="none" stroke="${color}" stroke-width="2" points="${path}"/>
<text x="${WIDTH - MARGIN - 6}" y="${HEIGHT - MARGIN - 12 - 16 * (series.length - 1 - rank)}" text-anchor="end" fill="${color}">${name}</text>`;
  });
  const ticks = Array.from({ length: TICKS + 1 }, (_, tick) => {
    const [atX, atY] = [along(axes.xRange, tick / TICKS), along(axes.yRange, tick / TICKS)];
    return `<text x="${x(atX).toFixed(1)}" y="${HEIGHT - MARGIN + 18}" text-anchor="middle">${label(atX)}</text>
<text x="${MARGIN - 8}" y="${(y(atY) + 4).toFixed(1)}" text-anchor="end">${label(atY)}</text>
<line x1="${MARGIN}" x2="${WIDTH - MARGIN}" y1="${y(atY).toFixed(1)}" y2="${y(atY).toFixed(1)}" stroke="#dddddd"/>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">
<rect width="${WIDTH}" height="${HEIGHT}" fill="white"/>
<text x="${WIDTH / 2}" y="28" text-anchor="middle" font-size="15">${axes.title}</text>
${ticks.join('\n')}
${lines.join('\n')}
<text x="${WIDTH / 2}" y="${HEIGHT - 16}" text-anchor="middle">${axes.xTitle}</text>
<text x="18" y="${HEIGHT / 2}" text-anchor="middle" transform="rotate(-90 18 ${HEIGHT / 2})">${axes.yTitle}</text>
</svg>
`;
}

function along([low, high]: readonly [number, number], share: number): number {
  return low + (high - low) * share;
}

function label(value: number): string {
  return String(Math.round(value * 10) / 10);
}
