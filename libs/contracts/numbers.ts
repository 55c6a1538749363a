/** The unit of a chart's values. */
export type ChartUnit = 'per_minute' | 'per_s' | 'ms' | 's' | 'count' | 'percent' | 'mb';

export interface ChartSeries {
  readonly name: string;
  /** One for each moment; null: nothing was measured then. */
  readonly values: readonly (number | null)[];
}

export interface ChartOfRun {
  readonly id: string;
  readonly title: string;
  readonly unit: ChartUnit;
  readonly series: readonly ChartSeries[];
}

/** Charts over the same moments: of the last hour on the console's page, of the whole run in its report. */
export interface Numbers {
  /** Wall time in seconds, ascending. */
  readonly at_s: readonly number[];
  readonly charts: readonly ChartOfRun[];
}

/** What the report of a run of `npm start` shows, in one HTML file. */
export interface RunReport {
  /** As the user typed it. */
  readonly command: string;
  /** RFC 3339. */
  readonly started_at: string;
  /** Names and values of the final table. */
  readonly rows: readonly (readonly [name: string, value: string])[];
  readonly processes: readonly { readonly name: string; readonly rss_mb: number; readonly cpu_s: number }[];
  /** What more there is to say, a paragraph each. */
  readonly notes: readonly string[];
  readonly numbers: Numbers;
}
