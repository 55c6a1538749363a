import { Inject, Injectable } from '@nestjs/common';
import { METRICS, type Metrics } from '#libs/service';
import { LiveShardMap } from '#libs/shard-map';
import { Membership } from './membership.ts';
import { Ownership } from './ownership.ts';

@Injectable()
export class OwnershipMetrics {
  constructor(
    @Inject(METRICS) metrics: Metrics,
    shards: LiveShardMap,
    ownership: Ownership,
    membership: Membership,
  ) {
    metrics.gauge('shards_owned', 'Shards this matcher owns', () => ownership.own.size);
    metrics.gauge('shards_known', 'Shards in the map as it is known here', () => shards.map.size);
    metrics.gauge('matcher_idle', '1 where the matcher has joined but owns no shard', () =>
      membership.joined && ownership.own.size === 0 ? 1 : 0,
    );
    const changes = metrics.counter('shard_changes_total', 'Shards gained, renewed and lost', ['change']);
    ownership.onChange(({ gained, renewed, lost }) => {
      changes.inc({ change: 'gained' }, gained.length);
      changes.inc({ change: 'renewed' }, renewed.length);
      changes.inc({ change: 'lost' }, lost.length);
    });
  }
}
