export { assign } from './assign.ts';
export type { AssignmentProblem } from './assignment-problem.ts';
export {
  DEFAULT_ENGINE_PARAMS,
  DispatchEngine,
  type AskedRound,
  type EngineParams,
  type EngineTrip,
} from './engine/dispatch-engine.ts';
export { PickupErrors } from './engine/pickup-errors.ts';
export { RoundPlanner, type PlannedRound } from './engine/round-planner.ts';
export { roundScene } from './engine/round-scene.ts';
export { isUncontested } from './engine/uncontested.ts';
export { ExplainLog } from './explain-log.ts';
export { MAX_SEARCH_RADIUS_M } from './nearest-search.ts';
export { DriverGrid, NearestDrivers } from './matching/driver-grid.ts';
export type { Match, MatchDrivers, PairEtas } from './matching/match-input.ts';
export { explainMatches } from './matching/explain-matches.ts';
export type { Ask, MatchSteps } from './matching/match-steps.ts';
export { OpenDemand, type DemandMark } from './open-demand.ts';
export type { OpenTrip } from './open-trip.ts';
export { idleMoves } from './repositioning/idle-moves.ts';
export type { Move } from './repositioning/plan-moves.ts';
export {
  checkRoundParams,
  DEFAULT_ROUND_PARAMS,
  MAX_CANDIDATES_PER_TRIP,
  type RoundParams,
} from './round-params.ts';
export type { TripExplanation } from './trip-explanation.ts';
export type { DriverReport, ReportOutcome } from './supply-event.ts';
export type { FreeDriver } from './supply-view.ts';
export { SupplyIndex } from './supply-index.ts';
