import type { DriverId, TripId } from '#libs/contracts';
import { CommandLine } from '../../../dev/bus/command-line.ts';
import { Latencies } from './latencies.ts';
import { planTrips, type PlannedTrip } from './planned-trips.ts';
import { PlayedRounds } from './played-rounds.ts';
import { bringOnline, EPOCH, ownShards, prepareQuotes } from './prepare-database.ts';
import type { Stage } from './stage.ts';
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
  readonly #drivers: readonly DriverId[];
  readonly #planned: Iterator<PlannedTrip>;
  readonly #acknowledged = new Set<TripId>();

  private constructor(
    stage: Stage,
    commands: CommandLine,
    urls: readonly string[],
    drivers: readonly DriverId[],
    planned: readonly PlannedTrip[],
  ) {
    this.#urls = urls;
    this.#commands = commands;
    this.#rounds = new PlayedRounds(stage.bus, commands, MATCHER);
    this.#drivers = drivers;
    this.#planned = planned.values();
  }

  static async prepare(
    stage: Stage,
    options: { services: number; inFlight: number; maxTrips: number; seed: number },
  ): Promise<HailgridSide> {
    const urls = await stage.database('hailgrid_side');
    const planned = planTrips(options.maxTrips, stage.area, options.seed);
    await ownShards(urls[0], planned, MATCHER);
    for (let service = 1; service <= options.services; service += 1)
      await stage.startTrips(`trips-${service}`, urls);
    const commands = new CommandLine(stage.bus);
    const drivers = await bringOnline(commands, options.inFlight);
    await prepareQuotes(commands, urls[0], planned);
    return new HailgridSide(stage, commands, urls, drivers, planned);
  }

  /** Trips under way at the end are completed, but not counted. */
  async measure(seconds: number): Promise<HailgridRun> {
    const [commands, trips] = [new Latencies(), new Latencies()];
    const endsAtMs = performance.now() + 1_000 * seconds;
    const isOver = (): boolean => performance.now() >= endsAtMs;
    await Promise.all(
      this.#drivers.map(async (driverId) => {
        while (!isOver()) {
          const startedAtMs = performance.now();
          await this.#drive(driverId, (ms) => {
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

  async #drive(driverId: DriverId, timer: (ms: number) => void): Promise<void> {
    const { value: trip, done } = this.#planned.next();
    if (done === true) throw new Error('the prepared trips are used up');
    this.#acknowledged.add(
      await driveWholeTrip(this.#commands, this.#rounds, { ...trip, epoch: EPOCH }, driverId, timer),
    );
  }
}
