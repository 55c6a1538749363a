import { HierarchyMaker } from './contraction/contraction-hierarchy.ts';
import { HierarchyRouter } from './contraction/hierarchy-router.ts';
import type { EtaTable, SparsePairs } from './eta.ts';
import {
  DEFAULT_RIDE_CUT_OFF_S,
  etaOnStreets,
  type NodeTimes,
  type StreetEtaSettings,
} from './street-eta.ts';
import type { StreetGraph } from './street-graph.ts';
import { PreparedHours } from './street-prepared-hours.ts';
import { TravelTableMaker, type TravelTable } from './travel-table.ts';

/** Up to how many nodes the times of all pairs are kept: at most 128 MiB per hour of traffic. */
export const MAX_NODES_BY_TABLE = 8192;

export interface PreparedEtaOptions extends StreetEtaSettings {
  readonly graph: StreetGraph;
}

/** Travel times that are prepared for each hour of the day: ahead, or else at the first question about the hour. */
export interface PreparedEtaTable extends EtaTable {
  /**
   * Runs one preparation step of some milliseconds for the hour of a time; true when that hour is ready. A service must
   * not block at the full hour, so it calls this for the next hour repeatedly between other work.
   */
  prepare(atMs: number): boolean;
  /** The same times with the cut-off of rides: how long until a driver reaches the end of a ride. */
  readonly rides: EtaTable;
}

/**
 * Travel times on a street graph: a table of all pairs up to {@link MAX_NODES_BY_TABLE}, contraction hierarchies
 * beyond.
 */
export function preparedStreetEta(options: PreparedEtaOptions): PreparedEtaTable {
  return options.graph.nodeCount <= MAX_NODES_BY_TABLE ? tableEta(options) : hierarchyEta(options);
}

/** Travel times of all pairs of nodes, in whole seconds. Throws a RangeError for a graph too large for a table. */
export function tableEta({ graph, ...settings }: PreparedEtaOptions): PreparedEtaTable {
  const tables = new PreparedHours((hour) => new TravelTableMaker(graph, hour));
  const times: NodeTimes = {
    graph,
    secondsOfPairs: (targets, sources, pairs, hour, cutOffS) =>
      readPairs(tables.at(hour), targets, sources, pairs, cutOffS),
  };
  return preparedTable(times, tables, settings);
}

/** The same times from tables that somebody else keeps, made by {@link TravelTable.of}. */
export function etaOnTables(
  graph: StreetGraph,
  tableAt: (hour: number) => TravelTable,
  settings: StreetEtaSettings,
): EtaTable {
  const times: NodeTimes = {
    graph,
    secondsOfPairs: (targets, sources, pairs, hour, cutOffS) =>
      readPairs(tableAt(hour), targets, sources, pairs, cutOffS),
  };
  return etaOnStreets(times, settings);
}

/** Travel times by contraction hierarchies: exact, for graphs of any size. */
export function hierarchyEta({ graph, ...settings }: PreparedEtaOptions): PreparedEtaTable {
  const routers = new PreparedHours((hour) => {
    const maker = new HierarchyMaker(graph, graph.secondsAt(hour));
    return {
      get isDone() {
        return maker.isDone;
      },
      step: () => maker.step(),
      finish: () => new HierarchyRouter(maker.finish()),
    };
  });
  const times: NodeTimes = {
    graph,
    secondsOfPairs: (targets, sources, pairs, hour, cutOffS) =>
      routers.at(hour).secondsOfPairs(targets, sources, pairs, cutOffS),
  };
  return preparedTable(times, routers, settings);
}

function preparedTable<T>(
  times: NodeTimes,
  hours: PreparedHours<T>,
  settings: StreetEtaSettings,
): PreparedEtaTable {
  const { localHour, rideCutOffS = DEFAULT_RIDE_CUT_OFF_S } = settings;
  return {
    ...etaOnStreets(times, settings),
    prepare: (atMs) => hours.prepare(localHour(atMs)),
    rides: etaOnStreets(times, { ...settings, cutOffS: rideCutOffS }),
  };
}

function readPairs(
  table: TravelTable,
  targets: Uint32Array,
  sources: Uint32Array,
  { rowStarts, columns }: SparsePairs,
  cutOffS: number,
): Float64Array {
  const seconds = new Float64Array(columns.length);
  for (const [row, target] of targets.entries()) {
    const last = rowStarts[row + 1] as number;
    for (let place = rowStarts[row] as number; place < last; place++) {
      const found = table.secondsBetween(sources[columns[place] as number] as number, target);
      seconds[place] = found <= cutOffS ? found : Infinity;
    }
  }
  return seconds;
}
