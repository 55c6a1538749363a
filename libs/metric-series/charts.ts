import type { ChartUnit } from '#libs/contracts';

/** How the values of a chart come from the metrics of all processes. */
export type Derivation =
  /** How fast a counter grows, summed by a label. */
  | { kind: 'rate'; metric: string; by: string }
  /** Quantiles of what a histogram saw since the scrape before, over all processes. */
  | { kind: 'quantiles'; metric: string; quantiles: readonly number[] }
  /** A gauge, summed by a label. */
  | { kind: 'sum'; metric: string; by: string };

export interface ChartDefinition {
  readonly id: string;
  readonly title: string;
  readonly unit: ChartUnit;
  /** From the metric's unit, seconds or bytes, to the chart's. */
  readonly scale: number;
  readonly from: Derivation;
  /** Names of series by values of the label; values that are not here are left out. */
  readonly only?: Readonly<Record<string, string>>;
  /** Only samples whose label has a value of this form. */
  readonly where?: { label: string; is: RegExp };
}

/** What a rate per second is per minute. */
const S_PER_MINUTE = 60;
/** What a duration in seconds is in milliseconds. */
const MS_PER_S = 1_000;
/** What a size in bytes is in megabytes. */
const MB_PER_BYTE = 1 / 1024 ** 2;

/** What the page of numbers and the report of a run show, in their order. */
export const CHARTS: readonly ChartDefinition[] = [
  {
    id: 'trips',
    title: 'Trips',
    unit: 'per_minute',
    scale: S_PER_MINUTE,
    from: { kind: 'rate', metric: 'hailgrid_trip_events_total', by: 'type' },
    only: {
      requested: 'requested',
      started: 'served',
      completed: 'completed',
      rider_canceled: 'canceled',
      no_drivers_available: 'expired',
      failed: 'failed',
    },
  },
  {
    id: 'match_latency',
    title: 'From the request to an offer',
    unit: 'ms',
    scale: MS_PER_S,
    from: { kind: 'quantiles', metric: 'hailgrid_trip_match_seconds', quantiles: [0.5, 0.99] },
  },
  {
    id: 'waits',
    title: 'Wait for pickup',
    unit: 's',
    scale: 1,
    from: { kind: 'quantiles', metric: 'hailgrid_trip_wait_seconds', quantiles: [0.5, 0.95] },
  },
  {
    id: 'open_trips',
    title: 'Trips that wait for a driver',
    unit: 'count',
    scale: 1,
    from: { kind: 'sum', metric: 'hailgrid_trips_open', by: 'instance' },
  },
  {
    id: 'drivers',
    title: 'Drivers online',
    unit: 'count',
    scale: 1,
    from: { kind: 'sum', metric: 'hailgrid_drivers_online', by: 'instance' },
  },
  {
    id: 'pings',
    title: 'Positions of drivers',
    unit: 'per_s',
    scale: 1,
    from: { kind: 'rate', metric: 'hailgrid_pings_total', by: 'result' },
  },
  {
    id: 'rounds',
    title: 'Duration of rounds',
    unit: 'ms',
    scale: MS_PER_S,
    from: { kind: 'quantiles', metric: 'hailgrid_round_seconds', quantiles: [0.5, 0.99] },
  },
  {
    id: 'requests',
    title: 'HTTP requests',
    unit: 'per_s',
    scale: 1,
    from: { kind: 'rate', metric: 'hailgrid_http_request_seconds_count', by: 'service' },
  },
  {
    id: 'request_duration',
    title: 'Duration of HTTP requests',
    unit: 'ms',
    scale: MS_PER_S,
    from: { kind: 'quantiles', metric: 'hailgrid_http_request_seconds', quantiles: [0.5, 0.99] },
  },
  {
    id: 'errors',
    title: 'HTTP requests that failed (5xx)',
    unit: 'per_s',
    scale: 1,
    from: { kind: 'rate', metric: 'hailgrid_http_request_seconds_count', by: 'service' },
    where: { label: 'status', is: /^5/ },
  },
  {
    id: 'event_loop',
    title: 'Lag of the event loop, p99',
    unit: 'ms',
    scale: MS_PER_S,
    from: { kind: 'sum', metric: 'nodejs_eventloop_lag_p99_seconds', by: 'instance' },
  },
  {
    id: 'cpu',
    title: 'Processor time',
    unit: 'percent',
    scale: 100,
    from: { kind: 'rate', metric: 'process_cpu_seconds_total', by: 'instance' },
  },
  {
    id: 'memory',
    title: 'Memory (RSS)',
    unit: 'mb',
    scale: MB_PER_BYTE,
    from: { kind: 'sum', metric: 'process_resident_memory_bytes', by: 'instance' },
  },
];
