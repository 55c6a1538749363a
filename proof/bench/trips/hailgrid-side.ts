import type { TripId } from '#libs/contracts';
import { CommandLine } from '../../../dev/bus/command-line.ts';
import { Latencies } from './latencies.ts';
import { WITHOUT_TOKENS } from './people.ts';
import { planTrips, withTokens, type PlannedTrip } from './planned-trips.ts';
import { PlayedRounds } from './played-rounds.ts';
import { bringOnline, EPOCH, ownShards, prepareQuotes, type OnlineDriver } from './prepare-database.ts';
import type { Stage, StageBus } from './stage.ts';
import { verifyTrips } from './verify-trips.ts';
import { driveWholeTrip } from './whole-trip.ts';

const MATCHER = 'bench-matcher';

export interface HailgridRun {
  readonly tripsPerS: number;
  /** Latency of each acknowledged command. */
  readonly commands: Latencies;
  /** From requesting a trip to the acknowledgement of its completion. */
  readonly trips: Latencies;
}

/** Clients that drive one trip after the other through `trips`, by its commands over NATS. */
export class HailgridSide {
  readonly #urls: readonly string[];
  readonly #commands: CommandLine;
  readonly #rounds: PlayedRounds;
  readonly #drivers: readonly OnlineDriver[];
  readonly #planned: Iterator<PlannedTrip>;
  readonly #acknowledged = new Set<TripId>();

  private constructor(
    bus: StageBus,
    commands: CommandLine,
    urls: readonly string[],
    drivers: readonly OnlineDriver[],
    planned: readonly PlannedTrip[],
  ) {
    this.#urls = urls;
    this.#commands = commands;
    this.#rounds = new PlayedRounds(bus.connection, commands, MATCHER);
    this.#drivers = drivers;
    this.#planned = planned.values();
  }

  static async prepare(
    stage: Stage,
    options: { services: number; inFlight: number; maxTrips: number; seed: number; requiresTokens: boolean },
  ): Promise<HailgridSide> {
    const urls = await stage.database(options.requiresTokens ? 'hailgrid_side' : 'tokenless_side');
    const { requiresTokens } = options;
    const people = requiresTokens ? stage.people : WITHOUT_TOKENS;
    const bus = requiresTokens ? stage.bus : await stage.openBus();
    const planned = await withTokens(planTrips(options.maxTrips, stage.area, options.seed), people);
    await ownShards(urls[0], planned, MATCHER);
    for (let service = 1; service <= options.services; service += 1)
      await stage.startTrips(`${requiresTokens ? 'trips' : 'tokenless'}-${service}`, urls, {
        bus,
        requiresTokens,
      });
    const commands = new CommandLine(bus.connection);
    const drivers = await bringOnline(commands, people, options.inFlight);
    await prepareQuotes(commands, urls[0], planned);
    return new HailgridSide(bus, commands, urls, drivers, planned);
  }

  /** Trips under way at the end are completed, but not counted. */
  async measure(seconds: number): Promise<HailgridRun> {
    const [commands, trips] = [new Latencies(), new Latencies()];
    const endsAtMs = performance.now() + 1_000 * seconds;
    const isOver = (): boolean => performance.now() >= endsAtMs;
    await Promise.all(
      this.#drivers.map(async (driver) => {
        while (!isOver()) {
          const startedAtMs = performance.now();
          await this.#drive(driver, (ms) => {
            if (!isOver()) commands.add(ms);
          });
          if (!isOver()) trips.add(performance.now() - startedAtMs);
        }
      }),
    );
    return { tripsPerS: trips.count / seconds, commands, trips };
  }

  /** Throws unless Postgres holds exactly the acknowledged trips. */
  async verify(): Promise<number> {
    await verifyTrips(this.#urls, this.#acknowledged);
    return this.#acknowledged.size;
  }

  async #drive(driver: OnlineDriver, timer: (ms: number) => void): Promise<void> {
    const { value: trip, done } = this.#planned.next();
    if (done === true) throw new Error('the prepared trips are used up');
    this.#acknowledged.add(
      await driveWholeTrip(this.#commands, this.#rounds, { ...trip, epoch: EPOCH }, driver, timer),
    );
  }
}
