import type { ChartOfRun, ChartSeries, Numbers } from '#libs/contracts';

/** Adds newer points to those that the page has; a series that began later has no values before. */
export function mergeNumbers(newer: Numbers, maxPoints: number, known?: Numbers): Numbers {
  if (known === undefined) return newer;
  const atS = [...known.at_s, ...newer.at_s];
  const drop = Math.max(0, atS.length - maxPoints);
  const merge = (chart: ChartOfRun): ChartOfRun => {
    const old = known.charts.find(({ id }) => id === chart.id)?.series ?? [];
    const names = new Set([...old, ...chart.series].map(({ name }) => name));
    const series = [...names].map((name) => ({
      name,
      values: [
        ...valuesOf(old, name, known.at_s.length),
        ...valuesOf(chart.series, name, newer.at_s.length),
      ].slice(drop),
    }));
    return { ...chart, series: series.filter(({ values }) => values.some((value) => value !== null)) };
  };
  return { at_s: atS.slice(drop), charts: newer.charts.map(merge) };
}

function valuesOf(series: readonly ChartSeries[], name: string, length: number): readonly (number | null)[] {
  const values = series.find((each) => each.name === name)?.values;
  return values ?? Array.from({ length }, () => null);
}
