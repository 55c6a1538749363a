export { LiveShardMap } from './live-shard-map.ts';
export { ShardMapModule } from './shard-map.module.ts';
