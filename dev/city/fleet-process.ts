import { fleetMessage, type FleetStats } from '#libs/contracts';
import type { SupervisedChild } from '../process/supervised-child.ts';
import { spawnService } from '../services/start-service.ts';
import { builtInStreets } from './built-in-streets.ts';
import type { City } from './city.ts';
import type { CityOptions } from './options.ts';

/** The simulated riders and drivers: one process that uses the public API. */
export interface FleetProcess {
  readonly child: SupervisedChild;
  /** Its latest statistics; undefined before the first report. */
  latest(): FleetStats | undefined;
  /** True after its final figures: its exit is then expected. */
  isDone(): boolean;
}

export function startFleet(city: City, options: CityOptions, directory: string): FleetProcess {
  let latest: FleetStats | undefined;
  let isDone = false;
  const child = spawnService({
    app: 'fleet',
    instance: 'fleet',
    httpPort: 0,
    system: city.system,
    directory,
    env: fleetEnvironment(city, options, directory),
    onMessage: (message) => {
      const parsed = fleetMessage.safeParse(message);
      if (!parsed.success || parsed.data.type === 'vanished') return;
      latest = parsed.data.stats;
      isDone ||= parsed.data.type === 'fleet_done';
    },
  });
  return { child, latest: () => latest, isDone: () => isDone };
}

function fleetEnvironment(city: City, options: CityOptions, directory: string): Record<string, string> {
  return {
    HAILGRID_FLEET_DRIVERS: String(options.drivers),
    HAILGRID_FLEET_FROM_S: String(options.fromS),
    HAILGRID_FLEET_MINUTES: String(options.minutes),
    HAILGRID_FLEET_SEED: String(options.seed),
    HAILGRID_FLEET_RIDER_API_URL: city.urls['rider-api'],
    HAILGRID_FLEET_DRIVER_API_URL: city.urls['driver-api'],
    HAILGRID_FLEET_ISSUER_URL: city.urls['dev-issuer'],
    ...(options.trips !== undefined && { HAILGRID_FLEET_TRIPS_FILE: options.trips }),
    ...(options.streets === undefined
      ? { HAILGRID_FLEET_STREETS_OUT_DIR: builtInStreets(directory) }
      : { HAILGRID_FLEET_STREETS_DIR: options.streets }),
  };
}
