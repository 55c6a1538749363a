import type { NatsConnection } from '@nats-io/transport-node';
import { connectBus } from '#libs/nats';
import { startNats } from '../../../dev/nats/start-nats.ts';
import { temporaryDirectory } from '../../../dev/process/temporary-directory.ts';
import { createDatabase } from '../../../dev/postgres/database.ts';
import { makeLogin, type AsLogin } from '../../../ops/migrate/logins.ts';
import { migrate } from '../../../ops/migrate/migrations.ts';
import { startPostgres } from '../../../dev/postgres/start-postgres.ts';
import { ensureBuilt } from '../../../dev/build/ensure-built.ts';
import { RestartableService } from '../../../dev/services/restartable-service.ts';
import { BUILT_IN_AREA } from '../../../dev/city/city-data.ts';
import { PLAYED_PEOPLE } from '../../../dev/services/service-environment.ts';

/** A placeholder: no client shows a token here. */
const NO_ISSUER = 'http://127.0.0.1:9';

/** The servers of a measurement; each side has its own database on one cluster. */
export interface Stage {
  readonly directory: string;
  readonly bus: NatsConnection;
  readonly area: string;
  readonly versions: Readonly<Record<string, string>>;
  /** Makes a migrated database; its URLs, the primary's first. */
  database(name: string): Promise<[string, ...string[]]>;
  startTrips(instance: string, postgresUrls: readonly string[]): Promise<RestartableService>;
  close(): Promise<void>;
}

/** Postgres with a standby, and its write-ahead log at the full write rate. */
const STAGE_DISK_BYTES = 1024 ** 3;

/** Starts Postgres with its synchronous standbys, and nats-server. */
export async function openStage(standbys: number): Promise<Stage> {
  const directory = temporaryDirectory('bench-trips', STAGE_DISK_BYTES);
  await ensureBuilt();
  const postgres = await startPostgres({ directory: directory.path, standbys });
  const nats = await startNats({ directory: directory.path });
  const bus = await connectBus({ servers: nats.urls }, 'bench');
  const services: RestartableService[] = [];
  let asTrips: AsLogin | undefined;
  return {
    directory: directory.path,
    bus,
    area: BUILT_IN_AREA,
    versions: { postgres: postgres.version, nats: nats.version },
    database: async (name) => {
      await createDatabase(postgres.primaryUrl, name);
      const [primary, ...others] = postgres.urls(name);
      if (primary === undefined) throw new Error('Postgres has no primary');
      await migrate(primary);
      asTrips ??= await makeLogin(primary, 'trips');
      return [primary, ...others];
    },
    startTrips: async (instance, postgresUrls) => {
      const service = await RestartableService.start({
        app: 'trips',
        instance,
        httpPort: 0,
        directory: directory.path,
        system: {
          natsUrls: nats.urls,
          natsSeeds: nats.seeds,
          postgresUrls: postgresUrls.map((url) => asTrips?.(url) ?? url),
          serviceArea: BUILT_IN_AREA,
          issuerUrl: NO_ISSUER,
          // A measured ride lasts as long as its commits.
          extra: { ...PLAYED_PEOPLE, HAILGRID_MAX_RIDE_SPEED_MPS: '0' },
        },
      });
      services.push(service);
      return service;
    },
    close: async () => {
      await bus.close();
      await Promise.all(services.map((service) => service.stop()));
      await nats.stop();
      await postgres.stop();
      directory.remove();
    },
  };
}
