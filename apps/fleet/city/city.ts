import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseStreetGraph, readRecordedCity, recordedWindow, type StreetGraph } from '#libs/geo';
import { replayedDemand, startsFromTrips, rateFor, syntheticDemand, type DemandTrip } from './demand.ts';
import { hotSpotsOn, startsFromHotSpots } from './hot-spots.ts';
import { LISBON_BOX, LISBON_HOT_SPOTS, LISBON_PARKS, LISBON_SHORE } from './lisbon.ts';
import { streetLattice } from './street-lattice.ts';

/** The streets, the demand, and where the drivers start. */
export interface City {
  readonly name: string;
  readonly graph: StreetGraph;
  /** Ordered by time; may be endless. */
  readonly demand: Iterable<DemandTrip>;
  /** Number of recorded trips that cannot be requested. */
  readonly leftOut: number;
  /** A node for each driver. */
  readonly driverStarts: readonly number[];
  /** Duration of the demand in seconds; null: endless. */
  readonly demandS: number | null;
}

export interface CityPlan {
  readonly tripsFile: string | undefined;
  readonly streetsDir: string | undefined;
  /** Recorded trips with an end farther from every street are left out. */
  readonly snapLimitM: number;
  /** Seconds after the city's midnight at which the demand begins. */
  readonly fromS: number;
  /** 0: to the end of the trips file, or endless. */
  readonly minutes: number;
  readonly drivers: number;
  readonly seed: number;
  /** Longest generated trip, straight line; undefined: the width of the city. */
  readonly longestTripM?: number | undefined;
}

const SECONDS_PER_DAY = 86_400;

/**
 * Builds a city of recorded trips on their streets, of generated trips on given streets, or the built-in one.
 * @throws TableError for a malformed file, Error for one that cannot be read or has no trips in the window
 */
export function buildCity(plan: CityPlan): City {
  if (plan.tripsFile !== undefined) {
    if (plan.streetsDir === undefined) throw new Error('a trips file needs the streets it runs on');
    return replayedCity(plan, plan.tripsFile, plan.streetsDir);
  }
  return plan.streetsDir === undefined ? builtInCity(plan) : syntheticCityOn(plan, plan.streetsDir);
}

function replayedCity(plan: CityPlan, tripsFile: string, streetsDir: string): City {
  const read = (file: string): { file: string; text: string } => ({ file, text: readFileSync(file, 'utf8') });
  const { graph, trips, report } = readRecordedCity(
    {
      nodes: read(join(streetsDir, 'nodes.csv')),
      edges: read(join(streetsDir, 'edges.csv')),
      trips: read(tripsFile),
    },
    plan.snapLimitM,
  );
  const window = recordedWindow(trips, plan.fromS, plan.minutes);
  const { demand, leftOut } = replayedDemand(trips, window);
  const unusable = report.files.find(({ file }) => file === tripsFile)?.rows_unusable ?? 0;
  if (demand.length === 0)
    throw new Error(`${tripsFile} has no trips between ${window.fromS} s and ${window.toS} s`);
  const driverStarts = startsFromTrips(graph, trips, window, plan.seed, plan.drivers);
  return {
    name: tripsFile,
    graph,
    demand,
    leftOut: leftOut + unusable,
    driverStarts,
    demandS: window.toS - window.fromS,
  };
}

function syntheticCityOn(plan: CityPlan, streetsDir: string): City {
  const graph = readStreets(streetsDir);
  return syntheticCity(plan, streetsDir, graph, hotSpotsOn(graph, plan.seed));
}

function builtInCity(plan: CityPlan): City {
  const lattice = { box: LISBON_BOX, shore: LISBON_SHORE, parks: LISBON_PARKS };
  return syntheticCity(plan, 'Lisbon (built in)', streetLattice(lattice, plan.seed), LISBON_HOT_SPOTS);
}

function syntheticCity(
  { seed, drivers, fromS, minutes, longestTripM }: CityPlan,
  name: string,
  graph: StreetGraph,
  hotSpots: Parameters<typeof rateFor>[1],
): City {
  const hour = Math.floor((fromS % SECONDS_PER_DAY) / 3600);
  const tripsPerS = rateFor(graph, hotSpots, seed, drivers, hour, longestTripM);
  return {
    name,
    graph,
    demand: syntheticDemand(graph, hotSpots, seed, tripsPerS, longestTripM),
    leftOut: 0,
    driverStarts: startsFromHotSpots(graph, hotSpots, seed, drivers),
    demandS: minutes === 0 ? null : minutes * 60,
  };
}

function readStreets(directory: string): StreetGraph {
  const read = (file: string): string => readFileSync(join(directory, file), 'utf8');
  return parseStreetGraph(read('nodes.csv'), read('edges.csv'));
}
