export { RideTimes, type CompletedRide, type RideEstimate, type RideTimesSnapshot } from './ride-times.ts';
export type { RideQuestion } from './ride-features.ts';
export { judgeRide, type EndedRide, type RideVerdict } from './ride-verdict.ts';
