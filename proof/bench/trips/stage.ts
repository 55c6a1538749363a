import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { NatsConnection } from '@nats-io/transport-node';
import { connectBus } from '#libs/nats';
import { startNats, type Nats } from '../../../dev/nats/start-nats.ts';
import { temporaryDirectory } from '../../../dev/process/temporary-directory.ts';
import { createDatabase } from '../../../dev/postgres/database.ts';
import { makeLogin, type AsLogin } from '../../../ops/migrate/logins.ts';
import { migrate } from '../../../ops/migrate/migrations.ts';
import { startPostgres } from '../../../dev/postgres/start-postgres.ts';
import { ensureBuilt } from '../../../dev/build/ensure-built.ts';
import { RestartableService } from '../../../dev/services/restartable-service.ts';
import { BUILT_IN_AREA } from '../../../dev/city/city-data.ts';
import { openPeople, type People } from './people.ts';
import { PLAYED_PEOPLE } from '../../../dev/services/service-environment.ts';

/** A nats-server of its own, and a connection that may do everything on it. */
export interface StageBus {
  readonly nats: Nats;
  readonly connection: NatsConnection;
}

/** On which bus `trips` listens, and whether it acts only for people with tokens; by default the stage's own, and it does. */
export interface HowTrips {
  readonly bus: StageBus;
  readonly requiresTokens: boolean;
}

/** The servers of a measurement; each side has its own database on one cluster. */
export interface Stage {
  readonly directory: string;
  readonly bus: StageBus;
  /** Those for whom commands act. */
  readonly people: People;
  readonly area: string;
  readonly versions: Readonly<Record<string, string>>;
  /** Makes a migrated database; its URLs, the primary's first. */
  database(name: string): Promise<[string, ...string[]]>;
  /** Another nats-server, for `trips` with other settings: on one bus they would share the commands. */
  openBus(): Promise<StageBus>;
  startTrips(instance: string, postgresUrls: readonly string[], how?: HowTrips): Promise<RestartableService>;
  close(): Promise<void>;
}

/** Postgres with a standby, and its write-ahead log at the full write rate. */
const STAGE_DISK_BYTES = 1024 ** 3;

/** Starts Postgres with its synchronous standbys, and nats-server. */
export async function openStage(standbys: number): Promise<Stage> {
  const directory = temporaryDirectory('bench-trips', STAGE_DISK_BYTES);
  await ensureBuilt();
  const postgres = await startPostgres({ directory: directory.path, standbys });
  const buses: StageBus[] = [];
  const openBus = async (): Promise<StageBus> => {
    const own = join(directory.path, `bus-${buses.length + 1}`);
    mkdirSync(own);
    const nats = await startNats({ directory: own });
    const opened = { nats, connection: await connectBus({ servers: nats.urls }, 'bench') };
    buses.push(opened);
    return opened;
  };
  const bus = await openBus();
  const people = await openPeople();
  const services: RestartableService[] = [];
  let asTrips: AsLogin | undefined;
  return {
    directory: directory.path,
    bus,
    people,
    openBus,
    area: BUILT_IN_AREA,
    versions: { postgres: postgres.version, nats: bus.nats.version },
    database: async (name) => {
      await createDatabase(postgres.primaryUrl, name);
      const [primary, ...others] = postgres.urls(name);
      if (primary === undefined) throw new Error('Postgres has no primary');
      await migrate(primary);
      asTrips ??= await makeLogin(primary, 'trips');
      return [primary, ...others];
    },
    startTrips: async (instance, postgresUrls, how = { bus, requiresTokens: true }) => {
      const service = await RestartableService.start({
        app: 'trips',
        instance,
        httpPort: 0,
        directory: directory.path,
        system: {
          natsUrls: how.bus.nats.urls,
          natsSeeds: how.bus.nats.seeds,
          postgresUrls: postgresUrls.map((url) => asTrips?.(url) ?? url),
          serviceArea: BUILT_IN_AREA,
          issuerUrl: people.issuerUrl,
          // A measured ride lasts as long as its commits.
          extra: { HAILGRID_MAX_RIDE_SPEED_MPS: '0', ...(!how.requiresTokens && PLAYED_PEOPLE) },
        },
      });
      services.push(service);
      return service;
    },
    close: async () => {
      await Promise.all(buses.map(({ connection }) => connection.close()));
      await Promise.all(services.map((service) => service.stop()));
      await Promise.all(buses.map(({ nats }) => nats.stop()));
      await people.close();
      await postgres.stop();
      directory.remove();
    },
  };
}
