import { join } from 'node:path';
import { fleetMessage, type FleetOrder, type FleetStats, type VanishedPhone } from '#libs/contracts';
import type { SupervisedChild } from '../../../dev/process/supervised-child.ts';
import { spawnService } from '../../../dev/services/start-service.ts';
import type { ChaosCity } from './chaos-city.ts';
import { writeGridStreets } from './grid-streets.ts';

/** Short trips free drivers quickly and give many requests with a few hundred drivers. */
const LONGEST_TRIP_M = 1_800;
/** Some riders and drivers cancel, so that every transition of a trip occurs. */
const RIDER_CANCEL = 0.05;
const DRIVER_CANCEL = 0.01;
/** Some phones lose the answer, and repeat the request with the same key. */
const REPEAT = 0.2;

export interface ChaosFleet {
  readonly child: SupervisedChild;
  readonly clientLog: string;
  /** The phones that vanished on orders. */
  readonly vanished: readonly VanishedPhone[];
  /** Its newest figures. */
  readonly stats: FleetStats | undefined;
  order(order: FleetOrder): void;
}

/** Riders and drivers on the public API: one fleet for each pair of instances, with its own phones. */
export function startFleets(city: ChaosCity, drivers: number, seed: number): ChaosFleet[] {
  const streets = writeGridStreets(city.directory);
  return city.riderApis.map((riderApi, index) => {
    const instance = `fleet-${index + 1}`;
    const clientLog = join(city.directory, `${instance}.phones.jsonl`);
    const vanished: VanishedPhone[] = [];
    let stats: FleetStats | undefined;
    const child = spawnService({
      app: 'fleet',
      instance,
      httpPort: 0,
      system: city.system,
      directory: city.directory,
      env: {
        HAILGRID_FLEET_DRIVERS: String(Math.ceil(drivers / city.riderApis.length)),
        // Ids derive from the seed: two fleets must not share theirs.
        HAILGRID_FLEET_SEED: String(seed * city.riderApis.length + index),
        HAILGRID_FLEET_RIDER_API_URL: riderApi.url,
        HAILGRID_FLEET_DRIVER_API_URL: city.driverApis[index]?.url ?? '',
        HAILGRID_FLEET_ISSUER_URL: city.issuer.url,
        HAILGRID_FLEET_STREETS_DIR: streets,
        HAILGRID_FLEET_LONGEST_TRIP_M: String(LONGEST_TRIP_M),
        HAILGRID_FLEET_RIDER_CANCEL: String(RIDER_CANCEL),
        HAILGRID_FLEET_DRIVER_CANCEL: String(DRIVER_CANCEL),
        HAILGRID_FLEET_REPEAT: String(REPEAT),
        HAILGRID_FLEET_LOG: clientLog,
      },
      onMessage: (message) => {
        const read = fleetMessage.safeParse(message);
        if (!read.success) return;
        if (read.data.type === 'vanished') vanished.push(read.data.phone);
        // They tell whether phones are back; the checker reads what the phones received.
        else stats = read.data.stats;
      },
    });
    return {
      child,
      clientLog,
      vanished,
      get stats() {
        return stats;
      },
      order: (order) => child.send(order),
    };
  });
}
