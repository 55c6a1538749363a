import { pino } from 'pino';
import { buildCity, type City } from './city/city.ts';
import { writeStreets } from './city/write-streets.ts';
import { readFleetConfig, type FleetConfig } from './fleet-config.ts';
import { Fleet } from './fleet.ts';
import { onEndOfRun, onOrder, sendToParent } from './parent-process.ts';

/** Interval between reports of the statistics, wall time. */
const STATS_INTERVAL_MS = 1_000;
const EX_CONFIG = 78;

/** Reads the configuration and the city; exits with a message if they are invalid. */
function prepare(): { config: FleetConfig; fleet: Fleet; city: City } {
  try {
    const config = readFleetConfig(process.env);
    const city = buildCity({
      tripsFile: config.HAILGRID_FLEET_TRIPS_FILE,
      streetsDir: config.HAILGRID_FLEET_STREETS_DIR,
      snapLimitM: config.HAILGRID_SNAP_LIMIT_M,
      fromS: config.HAILGRID_FLEET_FROM_S,
      minutes: config.HAILGRID_FLEET_MINUTES,
      drivers: config.HAILGRID_FLEET_DRIVERS,
      seed: config.HAILGRID_FLEET_SEED,
      longestTripM: config.HAILGRID_FLEET_LONGEST_TRIP_M,
    });
    if (config.HAILGRID_FLEET_STREETS_OUT_DIR !== undefined)
      writeStreets(city.graph, config.HAILGRID_FLEET_STREETS_OUT_DIR);
    return { config, fleet: new Fleet(config, city), city };
  } catch (error) {
    process.stderr.write(`fleet: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(EX_CONFIG);
  }
}

const { config, fleet, city } = prepare();
const logger = pino({ level: config.HAILGRID_LOG_LEVEL, base: { service: 'fleet' } });
onEndOfRun(config.HAILGRID_EXIT_WITH_PARENT, (reason) => {
  logger.info({ event: 'stopping', reason }, 'stopping');
  fleet.stop();
});
logger.info(
  {
    event: 'ready',
    city: city.name,
    drivers: config.HAILGRID_FLEET_DRIVERS,
    trips_left_out: city.leftOut,
  },
  'the fleet is ready',
);

onOrder((order) => fleet.vanish(order));

const reports = setInterval(
  () => void sendToParent({ type: 'fleet_stats', stats: fleet.stats() }),
  STATS_INTERVAL_MS,
);
const online = await fleet.open();
logger.info({ event: 'demand_started', drivers_online: online }, 'riders begin to request trips');
await fleet.serve();
clearInterval(reports);
const stats = fleet.stats(true);
await fleet.close();
logger.info({ event: 'fleet_done', requested: stats.requested, served: stats.served }, 'the fleet is done');
await sendToParent({ type: 'fleet_done', stats });
process.exit(0);
