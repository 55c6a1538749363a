export * from './assign.ts';
export * from './assignment-problem.ts';
export * from './explain-log.ts';
export { MAX_NEAREST, MAX_SEARCH_RADIUS_M } from './nearest-search.ts';
export * from './open-demand.ts';
export * from './open-trip.ts';
export * from './round.ts';
export {
  collectCandidates,
  etaQuestions,
  type RoundCandidates,
  type RoundInput,
} from './round-candidates.ts';
export * from './round-params.ts';
export * from './round-result.ts';
export * from './supply-event.ts';
export * from './supply-index.ts';
export * from './supply-view.ts';
