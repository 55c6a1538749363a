import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  airRides,
  computedEtaProvider,
  computedRides,
  dataReport,
  dataReportLines,
  greatCircleEta,
  preparedStreetEta,
  readStreetNetwork,
  StreetRouter,
  streetRides,
  type EtaProvider,
  type EtaTable,
  type Point,
  type RideProvider,
  type StreetFileNames,
  type StreetNetworkOfFiles,
} from '#libs/geo';
import { machineTime, type Clock, type Logger, type Metrics } from '#libs/service';
import type { TravelTimeConfig } from './config.ts';
import { EngineBreaker } from './engine-breaker.ts';
import { localHour } from './local-hour.ts';
import { osrmSource } from './osrm-source.ts';
import { remoteEtaProvider } from './remote-eta-provider.ts';
import { remoteRides } from './remote-rides.ts';
import type { RoutingEngine } from './route-source.ts';
import { TravelTimeMetrics } from './travel-time-metrics.ts';
import { valhallaSource } from './valhalla-source.ts';

/** How long before an hour begins its times on a street network are prepared, service time. */
const PREPARED_AHEAD_MS = 10 * 60_000;
/** How often a step of the preparation runs, each of a few milliseconds, wall time. */
const PREPARATION_INTERVAL_MS = 200;
/** How many rows of dead parts the log names at load. */
const MAX_LOGGED_ROWS = 20;

/** The travel times of this process. */
export interface TravelTimes {
  /** The best source; may wait for a routing engine. */
  readonly provider: EtaProvider;
  /** The source inside this process: its street network, or straight-line distance. */
  readonly local: EtaTable;
  /** As `local`, up to the longest ride: for drives to the end of a ride. */
  readonly localRides: EtaTable;
  /** Distance, time and line of a ride, all from the best source. */
  readonly rides: RideProvider;
  /** Whether the point is in a part of the street network without a way back; false without a network. */
  isInDeadPart(point: Point): boolean;
  close(): void;
}

export interface TravelTimeParts {
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

/**
 * Opens the configured source: a routing engine, a street network, or straight-line distance with a detour factor.
 * Throws if the network cannot be read (naming file, line and column) or if several sources are configured, because a
 * silent fallback would make matching worse.
 */
export async function openTravelTimes(
  config: TravelTimeConfig,
  parts: TravelTimeParts,
): Promise<TravelTimes> {
  const { streetsDir, osrmUrl, valhallaUrl } = config;
  const named = Object.entries({ streetsDir, osrmUrl, valhallaUrl }).filter(
    ([, value]) => value !== undefined,
  );
  if (named.length > 1)
    throw new Error(
      `travel times can come from one source only: ${named.map(([name]) => name).join(' or ')}`,
    );
  if (streetsDir !== undefined) return onStreets(streetsDir, config, parts);
  const local = greatCircleEta({ detourFactor: config.detourFactor, speedMps: config.drivingSpeedMps });
  const byAir = airRides({
    detourFactor: config.detourFactor,
    speedMps: config.drivingSpeedMps,
    rideCutOffS: config.maxRideS,
  });
  const close = () => {};
  const isInDeadPart = () => false;
  const source = sourceOf(config);
  if (source === undefined)
    return {
      provider: computedEtaProvider(local),
      local,
      localRides: local,
      rides: computedRides(byAir),
      isInDeadPart,
      close,
    };
  const metrics = new TravelTimeMetrics(parts.metrics);
  const breaker = new EngineBreaker(parts.clock);
  const timeoutMs = config.routerTimeoutMs;
  return {
    provider: remoteEtaProvider({ source, breaker, timeoutMs, fallback: local, metrics }),
    local,
    localRides: local,
    rides: remoteRides({
      source,
      breaker,
      timeoutMs,
      rideCutOffS: config.maxRideS,
      fallback: byAir,
      metrics,
    }),
    isInDeadPart,
    close,
  };
}

function sourceOf(config: TravelTimeConfig): RoutingEngine | undefined {
  if (config.osrmUrl !== undefined) return osrmSource(config.osrmUrl, config.osrmProfile);
  if (config.valhallaUrl !== undefined) return valhallaSource(config.valhallaUrl, config.valhallaCosting);
  return undefined;
}

async function onStreets(
  directory: string,
  { timeZone, drivingSpeedMps, maxRideS, snapLimitM }: TravelTimeConfig,
  { clock, logger }: TravelTimeParts,
): Promise<TravelTimes> {
  const names = { nodes: join(directory, 'nodes.csv'), edges: join(directory, 'edges.csv') };
  const [nodes, edges] = await Promise.all([readFile(names.nodes, 'utf8'), readFile(names.edges, 'utf8')]);
  const network = readStreetNetwork(nodes, edges, names);
  logNetwork(network, names, logger);
  const { graph } = network;
  const settings = {
    accessSpeedMps: drivingSpeedMps,
    localHour: localHour(timeZone),
    rideCutOffS: maxRideS,
    snapLimitM,
  };
  const local = preparedStreetEta({ graph, ...settings });
  const rides = computedRides(streetRides({ router: new StreetRouter(graph), ...settings }));
  const close = clock.every(machineTime(clock, PREPARATION_INTERVAL_MS), () => {
    local.prepare(clock.now() + PREPARED_AHEAD_MS);
  });
  return {
    provider: computedEtaProvider(local),
    local,
    localRides: local.rides,
    rides,
    isInDeadPart: (point) => graph.isInDeadPart(point),
    close,
  };
}

/** Logs the parts of the network and the rows that are not served: a warning if there are any. */
function logNetwork(network: StreetNetworkOfFiles, names: StreetFileNames, logger: Logger): void {
  const report = dataReport(network, names);
  const level = report.files.some(({ rows_unusable: rows }) => rows > 0) ? 'warn' : 'info';
  const [text] = dataReportLines(report).filter((line) => line.startsWith('street parts'));
  const { files, street_parts, unusable_rows: rows } = report;
  const dead_rows = rows.slice(0, MAX_LOGGED_ROWS).map(({ file, line }) => `${file}, line ${line}`);
  logger[level]({ event: 'streets_loaded', files, street_parts, dead_rows }, text);
}
