import 'uplot/dist/uPlot.min.css';
import type { ChartOfRun, RunReport } from '#libs/contracts';
import { drawChart, titleOf } from '../numbers/draw-chart.ts';
import './report.css';

/** Charts of the report share their cursor. */
const SYNC_KEY = 'report';

const source = document.querySelector('#run');
const page = document.querySelector('#report');
if (source === null || page === null) throw new Error('the file has no data of a run');
show(page, JSON.parse(source.textContent) as RunReport);

function show(place: Element, report: RunReport): void {
  const { numbers, processes } = report;
  place.append(
    element('h1', 'A run of Hailgrid'),
    element('p', `${report.command}, started at ${report.started_at}`),
    element('h2', 'Result'),
    report.rows.length === 0 ? element('p', 'The fleet had not begun.') : tableOf([], report.rows),
    ...report.notes.map((note) => element('p', note)),
    element('h2', 'Charts'),
  );
  if (numbers.at_s.length === 0) place.append(element('p', 'The run was too short for charts.'));
  const charts = element('div');
  charts.className = 'charts';
  place.append(charts);
  for (const chart of numbers.charts) {
    if (chart.series.length > 0) charts.append(sectionOf(chart));
  }
  place.append(
    element('h2', 'Processes'),
    tableOf(
      ['process', 'RSS MB', 'CPU s'],
      processes.map(({ name, rss_mb: rssMb, cpu_s: cpuS }) => [name, rssMb.toFixed(1), cpuS.toFixed(1)]),
    ),
  );
  drawAll(charts, report);
}

/** Draws all charts in the look of the system, and again when that changes. */
function drawAll(place: Element, { numbers }: RunReport): void {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const charts = new Map(numbers.charts.map((chart) => [chart.id, chart]));
  const draw = (): void => {
    const style = getComputedStyle(document.documentElement);
    const look = {
      isDark: dark.matches,
      text: style.getPropertyValue('--text-2'),
      line: style.getPropertyValue('--line'),
    };
    for (const parent of place.querySelectorAll<HTMLElement>('[data-chart]')) {
      const chart = charts.get(parent.dataset['chart'] ?? '');
      parent.replaceChildren();
      if (chart !== undefined) drawChart(parent, numbers.at_s, chart, look, SYNC_KEY);
    }
  };
  draw();
  dark.addEventListener('change', draw);
  addEventListener('resize', draw);
}

function sectionOf(chart: ChartOfRun): HTMLElement {
  const section = element('section');
  const place = element('div');
  place.dataset['chart'] = chart.id;
  section.append(element('h3', titleOf(chart)), place);
  return section;
}

function tableOf(columns: readonly string[], rows: readonly (readonly string[])[]): HTMLElement {
  const table = element('table');
  if (columns.length > 0) table.append(rowOf('th', columns));
  table.append(...rows.map((cells) => rowOf('td', cells)));
  return table;
}

function rowOf(cell: 'th' | 'td', texts: readonly string[]): HTMLElement {
  const row = element('tr');
  row.append(...texts.map((text) => element(cell, text)));
  return row;
}

function element(name: string, text = ''): HTMLElement {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}
