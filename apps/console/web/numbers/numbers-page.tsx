import { useEffect, useRef, useState } from 'react';
import type uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { ChartOfRun, Numbers } from '#libs/contracts';
import { Empty, ErrorNote, Loading, Panel, Table, type Column } from '../design/parts.tsx';
import { useTheme } from '../design/theme.ts';
import { call, CallFailed } from '../ops-api/call.ts';
import { usePolled } from '../ops-api/use-polled.ts';
import { drawChart, rowsOf, shown, titleOf } from './draw-chart.ts';
import { mergeNumbers } from './merge-numbers.ts';
import './numbers.css';

/** How often the page asks for newer points: as often as there is one. */
const NUMBERS_EVERY_MS = 5_000;
/** How many points the page keeps: an hour of the server's. */
const MAX_POINTS = 720;
/** Charts of this page share their cursor. */
const SYNC_KEY = 'numbers';

/** How the city did in the last hour, from /metrics of its processes. */
export default function NumbersPage() {
  const known = useRef<Numbers>(undefined);
  const { data, error, reload } = usePolled(
    'numbers',
    async (signal) => {
      const since = known.current?.at_s.at(-1) ?? 0;
      const newer = await call<Numbers>(`/v1/console/numbers?since=${since}`, { signal });
      // An answer that comes after the page has asked again is of points that it has.
      if (!signal.aborted) known.current = mergeNumbers(newer, MAX_POINTS, known.current);
      return known.current ?? newer;
    },
    NUMBERS_EVERY_MS,
  );
  const isAbsent = error instanceof CallFailed && error.status === 404;
  return (
    <div className="page-body numbers">
      <h1>Numbers</h1>
      <p>The last hour, every few seconds, from the metrics that every process serves at /metrics.</p>
      {isAbsent && (
        <Empty>The console knows no processes to ask: set HAILGRID_METRICS_TARGETS to their /metrics.</Empty>
      )}
      {error !== undefined && !isAbsent && <ErrorNote error={error} onRetry={reload} />}
      {data === undefined && error === undefined && <Loading what="the numbers" />}
      {data !== undefined && data.at_s.length === 0 && (
        <Empty>The first points come within a few seconds.</Empty>
      )}
      {data !== undefined && data.at_s.length > 0 && <Charts numbers={data} />}
    </div>
  );
}

function Charts({ numbers }: { numbers: Numbers }) {
  const { shown: theme } = useTheme();
  return (
    <>
      <div className="numbers-charts">
        {numbers.charts.map((chart) => (
          <Panel key={chart.id} title={titleOf(chart)}>
            {chart.series.length === 0 ? (
              <Empty>Nothing yet.</Empty>
            ) : (
              <Chart key={keyOf(chart, theme)} atS={numbers.at_s} chart={chart} isDark={theme === 'dark'} />
            )}
          </Panel>
        ))}
      </div>
      <Panel title="Now">
        <Table
          label="The newest value of each series"
          rows={numbers.charts.flatMap((chart) => chart.series.map((series) => ({ chart, series })))}
          keyOf={({ chart, series }) => `${chart.id} ${series.name}`}
          columns={COLUMNS}
          empty="Nothing yet."
        />
      </Panel>
    </>
  );
}

const COLUMNS: readonly Column<{ chart: ChartOfRun; series: ChartOfRun['series'][number] }>[] = [
  { name: 'What', cell: ({ chart }) => titleOf(chart) },
  { name: 'Of', cell: ({ series }) => series.name },
  { name: 'Now', isNumber: true, cell: ({ series }) => shown(series.values.at(-1)) },
];

/** Other series or another look need another plot; new points do not. */
function keyOf({ series }: ChartOfRun, theme: string): string {
  return JSON.stringify([theme, ...series.map(({ name }) => name)]);
}

interface ChartProps {
  atS: readonly number[];
  chart: ChartOfRun;
  isDark: boolean;
}

function Chart({ atS, chart, isDark }: ChartProps) {
  const element = useRef<HTMLDivElement>(null);
  const [plot, setPlot] = useState<uPlot>();
  const latest = useRef({ atS, chart });
  useEffect(() => {
    latest.current = { atS, chart };
  });
  useEffect(() => {
    const parent = element.current;
    if (parent === null) return;
    const style = getComputedStyle(parent);
    const drawn = drawChart(
      parent,
      latest.current.atS,
      latest.current.chart,
      {
        isDark,
        text: style.getPropertyValue('--text-2'),
        line: style.getPropertyValue('--line'),
      },
      SYNC_KEY,
    );
    setPlot(drawn);
    const resized = new ResizeObserver(() =>
      drawn.setSize({ width: parent.clientWidth, height: drawn.height }),
    );
    resized.observe(parent);
    return () => {
      resized.disconnect();
      drawn.destroy();
    };
  }, [isDark]);
  useEffect(() => {
    if (plot !== undefined && plot.series.length === chart.series.length + 1)
      plot.setData(rowsOf(atS, chart));
  }, [plot, atS, chart]);
  return <div ref={element} className="numbers-chart" aria-hidden="true" />;
}
