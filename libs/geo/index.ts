export {
  boundingBoxOf,
  boxCenter,
  boxContains,
  expandBoxM,
  formatBoundingBox,
  parseBoundingBox,
  type BoundingBox,
} from './bounding-box.ts';
export { arcOfChord, chordOfArc, chordSquared, distanceToPlane, putCartesian } from './cartesian.ts';
export { cellsCovering, haloCells } from './cell-cover.ts';
export {
  cellKeyAt,
  cellKeyFromH3,
  cellKeyRes,
  cellKeyToH3,
  childKeys,
  descendantRange,
  parentKey,
  parseCellKey,
  PICKUP_CELL_RES,
  pickupCellOf,
  POSITION_CELL_RES,
  positionCellOf,
  SHARD_CELL_RES,
  shardCellOf,
  type CellKey,
} from './cell-key.ts';
export { neighborKeys } from './cell-neighbors.ts';
export { cellCenter } from './cell-shape.ts';
export { CellTracker } from './cell-tracker.ts';
export {
  HierarchyMaker,
  contractionHierarchy,
  type ContractionHierarchy,
} from './contraction/contraction-hierarchy.ts';
export { HierarchyRouter } from './contraction/hierarchy-router.ts';
export { TableError } from './csv-table.ts';
export {
  checkSparseQuestion,
  computedEtaProvider,
  questionOfPickup,
  etaTableByPickup,
  type EtaProvider,
  type EtaTable,
  type SparseEtaQuestion,
  type SparsePairs,
} from './eta.ts';
export { dataReport, dataReportLines, type DataReport } from './data-report.ts';
export { DEFAULT_DETOUR_FACTOR, greatCircleEta } from './great-circle-eta.ts';
export type { HeadedPoint } from './segment-index.ts';
export { PointGrid, type GridVisitor } from './point-grid.ts';
export {
  bearingDeg,
  EARTH_RADIUS_M,
  greatCircleM,
  interpolate,
  isPoint,
  METERS_PER_DEGREE,
  shortDistanceM,
  wrapLngDelta,
  type Point,
} from './point.ts';
export { DEFAULT_PICKUP_CUT_OFF_S, DEFAULT_RIDE_CUT_OFF_S, streetEta } from './street-eta.ts';
export {
  HOURS_PER_DAY,
  parseStreetEdges,
  parseStreetNodes,
  type StreetEdge,
  type StreetNode,
} from './street-file.ts';
export { DEFAULT_SNAP_LIMIT_M, MAX_SNAP_LIMIT_M } from './street-access.ts';
export { StreetGraph } from './street-graph.ts';
export {
  parseStreetGraph,
  readStreetNetwork,
  type StreetFileNames,
  type StreetNetworkOfFiles,
} from './street-network.ts';
export {
  etaOnTables,
  hierarchyEta,
  preparedStreetEta,
  tableEta,
  type PreparedEtaOptions,
  type PreparedEtaTable,
} from './street-prepared-eta.ts';
export { recordedWindow, tripsWithin, type RecordedWindow } from './recorded-window.ts';
export { readRecordedCity, type RecordedCity } from './recorded-city.ts';
export { StreetRouter, type StreetRoute } from './street-router.ts';
export { MAX_TABLE_NODES, TravelTable, TravelTableMaker, type TravelTableOptions } from './travel-table.ts';
export { parseTrips, type RecordedTrip } from './trip-file.ts';
export {
  airRides,
  computedRides,
  streetRides,
  thinnedLine,
  type RideOutcome,
  type RideProvider,
  type RideRoute,
  type RideTable,
} from './ride-route.ts';
export { RecentMap } from './recent-map.ts';
