import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  airRides,
  computedEtaProvider,
  computedRides,
  greatCircleEta,
  parseStreetGraph,
  preparedStreetEta,
  StreetRouter,
  streetRides,
  type EtaProvider,
  type EtaTable,
  type RideProvider,
} from '#libs/geo';
import { machineTime, type Clock, type Metrics } from '#libs/service';
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
  close(): void;
}

export interface TravelTimeParts {
  readonly clock: Clock;
  readonly metrics: Metrics;
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
  if (streetsDir !== undefined) return onStreets(streetsDir, config, parts.clock);
  const local = greatCircleEta({ detourFactor: config.detourFactor, speedMps: config.drivingSpeedMps });
  const byAir = airRides({
    detourFactor: config.detourFactor,
    speedMps: config.drivingSpeedMps,
    rideCutOffS: config.maxRideS,
  });
  const close = () => {};
  const source = sourceOf(config);
  if (source === undefined)
    return {
      provider: computedEtaProvider(local),
      local,
      localRides: local,
      rides: computedRides(byAir),
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
  { timeZone, drivingSpeedMps, maxRideS }: TravelTimeConfig,
  clock: Clock,
): Promise<TravelTimes> {
  const [nodes, edges] = await Promise.all(
    ['nodes.csv', 'edges.csv'].map((file) => readFile(join(directory, file), 'utf8')),
  );
  const graph = parseStreetGraph(nodes ?? '', edges ?? '');
  const settings = {
    accessSpeedMps: drivingSpeedMps,
    localHour: localHour(timeZone),
    rideCutOffS: maxRideS,
  };
  const local = preparedStreetEta({ graph, ...settings });
  const rides = computedRides(streetRides({ router: new StreetRouter(graph), ...settings }));
  const close = clock.every(machineTime(clock, PREPARATION_INTERVAL_MS), () => {
    local.prepare(clock.now() + PREPARED_AHEAD_MS);
  });
  return { provider: computedEtaProvider(local), local, localRides: local.rides, rides, close };
}
