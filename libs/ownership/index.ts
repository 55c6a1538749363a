export * from './answer.ts';
export * from './claims-to-commit.ts';
export * from './plan-shards.ts';
export * from './shard-claim.ts';
export * from './shard-map.ts';
