export { assign } from './assign.ts';
export type { AssignmentProblem } from './assignment-problem.ts';
export {
  DEFAULT_ENGINE_PARAMS,
  DispatchEngine,
  type EngineParams,
  type EngineTrip,
} from './engine/dispatch-engine.ts';
export { ExplainLog } from './explain-log.ts';
export { MAX_SEARCH_RADIUS_M } from './nearest-search.ts';
export { DriverGrid, NearestDrivers } from './matching/driver-grid.ts';
export type { Match, MatchDrivers, PairEtas } from './matching/match-input.ts';
export { settleMatches } from './matching/settle-matches.ts';
export { OpenDemand, type DemandMark } from './open-demand.ts';
export type { OpenTrip, TripId } from './open-trip.ts';
export {
  collectCandidates,
  etaQuestions,
  type RoundCandidates,
  type RoundInput,
} from './round-candidates.ts';
export {
  checkRoundParams,
  DEFAULT_ROUND_PARAMS,
  MAX_CANDIDATES_PER_TRIP,
  type RoundParams,
} from './round-params.ts';
export type { RoundOffer, RoundResult, TripExplanation } from './round-result.ts';
export { decideRound, retryRound, runRound, type RoundWithEtas } from './round.ts';
export type { DriverId, PositionOutcome } from './supply-event.ts';
export type { FreeDriver } from './supply-view.ts';
export { SupplyIndex } from './supply-index.ts';
