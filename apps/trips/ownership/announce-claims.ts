import type { NatsConnection } from '@nats-io/transport-node';
import { publishJson } from '#libs/bus';
import { MAX_CLAIMS_PER_PAGE, SHARD_MAP_SUBJECT, type ShardMapMessage } from '#libs/contracts';
import type { ShardClaim } from '#libs/ownership';
import type { LiveShardMap } from '#libs/shard-map';

/** Publishes committed claims to this process and all others. A process that misses them rereads the table. */
export function announceClaims(bus: NatsConnection, map: LiveShardMap, claims: readonly ShardClaim[]): void {
  map.learn(claims);
  for (let start = 0; start < claims.length; start += MAX_CLAIMS_PER_PAGE) {
    const message: ShardMapMessage = { shards: claims.slice(start, start + MAX_CLAIMS_PER_PAGE) };
    publishJson(bus, SHARD_MAP_SUBJECT, message);
  }
}
