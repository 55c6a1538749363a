import uPlot from 'uplot';
import type { ChartOfRun } from '#libs/contracts';

/** Distinct in both looks, the first ones also without colours: lines differ in dashes after the palette is used up. */
const LIGHT = ['#17654f', '#2457c5', '#a05a00', '#b02a1e', '#6a3fa0', '#00708a', '#7a6a00', '#a1336f'];
const DARK = ['#59c3a1', '#8ab4ff', '#f0b64b', '#ff8a7d', '#c7a4ff', '#6fd3ea', '#d9d06a', '#ff9fd0'];
const DASH = [6, 3];
/** How high a chart is: a dozen fit on two screens. */
const CHART_HEIGHT_PX = 190;
/** Pixels of the axis of values: as wide as `1,000,000`. */
const AXIS_PX = 62;

const UNITS: Readonly<Record<ChartOfRun['unit'], string>> = {
  per_minute: 'per minute',
  per_s: 'per second',
  ms: 'ms',
  s: 's',
  count: '',
  percent: '% of a core',
  mb: 'MB',
};

export function titleOf({ title, unit }: ChartOfRun): string {
  return UNITS[unit] === '' ? title : `${title} (${UNITS[unit]})`;
}

export interface Look {
  isDark: boolean;
  text: string;
  line: string;
}

type Rows = [number[], ...(number | null)[][]];

export function rowsOf(atS: readonly number[], { series }: ChartOfRun): Rows {
  return [[...atS], ...series.map(({ values }) => [...values])];
}

/** Draws a chart into an element. Charts of one `syncKey` share their cursor. */
export function drawChart(
  element: HTMLElement,
  atS: readonly number[],
  chart: ChartOfRun,
  look: Look,
  syncKey: string,
): uPlot {
  const palette = look.isDark ? DARK : LIGHT;
  const axis = {
    stroke: look.text,
    grid: { stroke: look.line, width: 1 },
    ticks: { stroke: look.line, width: 1 },
  };
  return new uPlot(
    {
      width: Math.max(1, element.clientWidth),
      height: CHART_HEIGHT_PX,
      cursor: { sync: { key: syncKey }, y: false },
      scales: { y: { range: (_, __, highest) => [0, highest > 0 ? highest * 1.1 : 1] } },
      axes: [axis, { ...axis, size: AXIS_PX }],
      series: [
        {},
        ...chart.series.map(({ name }, index) => ({
          label: name,
          stroke: palette[index % palette.length] ?? look.text,
          width: 1.5,
          ...(index >= palette.length && { dash: DASH }),
          points: { show: false },
          value: (_: uPlot, value: number | null) => shown(value),
        })),
      ],
    },
    rowsOf(atS, chart),
    element,
  );
}

export function shown(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  return value.toLocaleString('en', { maximumSignificantDigits: 4 });
}
