import { ensureBuilt } from '../../../dev/build/ensure-built.ts';
import { temporaryDirectory, type TemporaryDirectory } from '../../../dev/process/temporary-directory.ts';
import { RestartableService } from '../../../dev/services/restartable-service.ts';
import { BUILT_IN_AREA, testNats, type TestNats } from '../../../dev/test-world/index.ts';
import { TripLoad } from './trip-load.ts';
import { PLAYED_PEOPLE } from '../../../dev/services/service-environment.ts';

/** Longer than the test, so that trips without a driver stay open. */
const SEARCH_DEADLINE_MS = '3600000';
const UNUSED = 'http://127.0.0.1:9';

/** A `trips` that reaches the cluster by one route, with its own NATS, and riders who request trips all the time. */
export class Lane {
  readonly name: string;
  readonly load: TripLoad;
  readonly #trips: RestartableService;
  readonly #nats: TestNats;
  readonly #directory: TemporaryDirectory;

  private constructor(
    name: string,
    load: TripLoad,
    trips: RestartableService,
    nats: TestNats,
    directory: TemporaryDirectory,
  ) {
    this.name = name;
    this.load = load;
    this.#trips = trips;
    this.#nats = nats;
    this.#directory = directory;
  }

  static async start(name: string, postgresUrls: readonly string[]): Promise<Lane> {
    await ensureBuilt();
    const nats = await testNats();
    const directory = temporaryDirectory(`patroni-${name}`);
    const trips = await RestartableService.start({
      app: 'trips',
      instance: `trips-${name}`,
      httpPort: 0,
      directory: directory.path,
      env: { HAILGRID_SEARCH_DEADLINE_MS: SEARCH_DEADLINE_MS },
      // A placeholder: no client shows a token.
      system: {
        natsUrls: nats.urls,
        postgresUrls,
        serviceArea: BUILT_IN_AREA,
        issuerUrl: UNUSED,
        extra: PLAYED_PEOPLE,
      },
    });
    return new Lane(name, await TripLoad.start(nats.urls, `riders-${name}`), trips, nats, directory);
  }

  /** Throws if its `trips` has ended by itself. */
  async stop(): Promise<void> {
    await this.load.stop();
    const death = await this.#trips.causeOfDeath();
    await this.#trips.stop();
    await this.#nats.stop();
    if (death !== undefined) throw new Error(death);
    this.#directory.remove();
  }
}
