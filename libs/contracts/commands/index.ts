export * from './drivers.ts';
export * from './identities.ts';
export * from './matching.ts';
export * from './quotes.ts';
export * from './ride-times.ts';
export * from './trips.ts';
export * from './webhooks.ts';
