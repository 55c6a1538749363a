import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { machineTime, rereadSecret, type Clock, type Health, type Metrics } from '#libs/service';
import { ClusterWatch, Database, StandbyReads, TripStore, urlNowFrom, type UrlNow } from '#libs/store';
import type { TripsConfig } from './config.ts';

/** How long the committing process has to push a change before another one pushes it. */
const OUTBOX_GRACE_MS = 2_000;

/** Opens the store of trips and adds it to readiness: the process is ready once Postgres has a primary. */
export function openStore(config: TripsConfig, clock: Clock, health: Health, metrics: Metrics): TripStore {
  const { postgresUrls: urls, postgresConnections: maxConnections } = config;
  const applicationName = `hailgrid-${config.instance}`;
  const watch = new ClusterWatch(urls, `${applicationName}-watch`, urlNowOf(config));
  const database = new Database({ urls, maxConnections, applicationName, watch, urlNow: urlNowOf(config) });
  const store = new TripStore(
    database,
    { now: () => clock.now(), outboxGraceMs: machineTime(clock, OUTBOX_GRACE_MS) },
    standbyReads(config, watch, metrics),
  );
  health.add('postgres', async () => {
    await store.ping();
    return undefined;
  });
  return store;
}

/** A renewed password in the file of the URLs counts for the next connection. */
function urlNowOf(config: TripsConfig): UrlNow {
  return urlNowFrom(rereadSecret(config, 'postgresUrls'));
}

function standbyReads(config: TripsConfig, watch: ClusterWatch, metrics: Metrics): StandbyReads {
  const { postgresUrls: urls, postgresReadConnections: maxConnections, instance } = config;
  const urlNow = urlNowOf(config);
  const applicationName = `hailgrid-${instance}-reads`;
  const reads = metrics.counter(
    'reads_total',
    'Reads that a standby may answer, by the server that answered',
    ['kind', 'from'],
  );
  metrics.gaugeBy('standby_staleness_seconds', 'Upper bound of how stale a standby is', 'standby', () =>
    watch.standbyAgesS(),
  );
  return new StandbyReads({
    watch,
    primary: new Database({ urls, maxConnections, applicationName, watch, urlNow }),
    maxConnectionsPerHost: maxConnections,
    urlNow,
    applicationName,
    onRead: (kind, from) => reads.inc({ kind, from }),
  });
}

/** Closes the store once everything that uses it has stopped. Must be listed after the other providers that stop then. */
@Injectable()
export class StoreCloser implements OnApplicationShutdown {
  constructor(private readonly store: TripStore) {}

  async onApplicationShutdown(): Promise<void> {
    await this.store.close();
  }
}
