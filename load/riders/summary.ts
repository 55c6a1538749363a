/** The part of k6's end-of-test data that the summary uses. */
export interface K6Summary {
  metrics: Readonly<Record<string, K6Metric>>;
}

export interface K6Metric {
  values: Readonly<Record<string, number>>;
  thresholds?: Readonly<Record<string, { ok: boolean }>>;
}

const NAME_WIDTH = 40;

/** Formats trends as times, rates as shares, counters as numbers; thresholds with their expression. */
export function summarize({ metrics }: K6Summary): string {
  const lines = Object.entries(metrics)
    .toSorted(([a], [b]) => a.localeCompare(b))
    .filter(([name]) => isOurs(name))
    .map(([name, metric]) => `  ${name.padEnd(NAME_WIDTH)} ${valuesOf(metric)}${verdictOf(metric)}`);
  return ['', ...lines, ''].join('\n');
}

/** False for k6's own metrics (bytes, request phases), which are in the JSON only. */
function isOurs(name: string): boolean {
  return /^(checks|driver_found|dropped_iterations|http_req_duration\{|http_req_failed|http_reqs|time_to_|trips_)/.test(
    name,
  );
}

function valuesOf({ values }: K6Metric): string {
  if (values['p(95)'] !== undefined) {
    const shown = (['med', 'p(95)', 'p(99)', 'max'] as const).map(
      (stat) => `${stat} ${round(values[stat])} ms`,
    );
    return shown.join('  ');
  }
  if (values['passes'] !== undefined) {
    const share = ((values['rate'] ?? 0) * 100).toFixed(1);
    return `${share} % (${values['passes']} of ${values['passes'] + (values['fails'] ?? 0)})`;
  }
  return `${values['count'] ?? values['value'] ?? 0}`;
}

function verdictOf({ thresholds = {} }: K6Metric): string {
  return Object.entries(thresholds)
    .map(([rule, { ok }]) => `  ${ok ? '✓' : '✗'} ${rule}`)
    .join('');
}

function round(value = 0): string {
  return value.toFixed(value < 10 ? 1 : 0);
}
