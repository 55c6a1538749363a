export * from './assign.ts';
export * from './assignment-problem.ts';
export * from './open-trip.ts';
export * from './round-params.ts';
export * from './supply-event.ts';
