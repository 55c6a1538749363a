import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newId, uuidOf, type DriverId, type OfferId } from '#libs/contracts';
import { query } from '../../../ops/postgres/query.ts';
import { CommandLine } from '../../../dev/bus/command-line.ts';
import type { SentStatement } from './client-messages.ts';
import { writeScript } from './pgbench-script.ts';
import { planTrips, withTokens, type TripIds } from './planned-trips.ts';
import { PlayedRounds } from './played-rounds.ts';
import { bringOnline, EPOCH, ownShards, prepareQuotes } from './prepare-database.ts';
import { findPgbench, runPgbench, type Pgbench, type PgbenchRun } from './run-pgbench.ts';
import type { Stage } from './stage.ts';
import { TappedLine } from './tapped-line.ts';
import { driveWholeTrip } from './whole-trip.ts';

const MATCHER = 'bench-model-matcher';
const STEPS = 6;

/** pgbench repeating the service's work, one trip per client at a time. */
export class PgbenchSide {
  readonly #program: Pgbench;
  readonly #directory: string;
  readonly #url: string;
  readonly #script: string;
  readonly #clients: number;
  readonly #tripsPerClient: number;
  #runs = 0;
  #trips = 1;
  /** The first unused trip of each client; clients have disjoint ranges. */
  #begun = 0;

  private constructor(
    program: Pgbench,
    { directory }: Stage,
    url: string,
    script: string,
    options: { inFlight: number; tripsPerClient: number },
  ) {
    this.#program = program;
    this.#directory = directory;
    this.#url = url;
    this.#script = script;
    this.#clients = options.inFlight;
    this.#tripsPerClient = options.tripsPerClient;
  }

  /** Has the service drive one trip alone, and makes a script of the statements that it sent to Postgres. */
  static async prepare(
    stage: Stage,
    options: { inFlight: number; maxTrips: number; seed: number },
  ): Promise<PgbenchSide> {
    const program = await findPgbench();
    const [url] = await stage.database('pgbench_side');
    const tripsPerClient = Math.ceil(options.maxTrips / options.inFlight);
    const [unsigned, ...planned] = planTrips(tripsPerClient * options.inFlight + 1, stage.area, options.seed);
    const [first] = unsigned === undefined ? [] : await withTokens([unsigned], stage.people);
    if (first === undefined) throw new Error('no trip was planned');
    await ownShards(url, [first, ...planned], MATCHER);
    const line = await TappedLine.to(url);
    const service = await stage.startTrips('trips-model', [line.url]);
    const commands = new CommandLine(stage.bus.connection);
    const [driver, ...drivers] = await bringOnline(commands, stage.people, options.inFlight + 1);
    if (driver === undefined) throw new Error('no driver is online');
    await prepareQuotes(commands, url, [first, ...planned]);
    const rounds = new PlayedRounds(stage.bus.connection, commands, MATCHER);
    const tripId = await driveWholeTrip(commands, rounds, { ...first, epoch: EPOCH }, driver, () => {});
    await service.stop();
    line.close();
    const model = { trip: first, ids: { tripId, driverId: driver.driverId, offerId: await offerOf(url) } };
    const script = await writeScript(
      url,
      transactionsOf(line.committed, [first.quoteId, uuidOf('trip', tripId)]),
      model,
      planned.map((trip, n) => ({ trip, ids: idsOf(drivers[Math.floor(n / tripsPerClient)]?.driverId) })),
    );
    const file = join(stage.directory, 'trip.pgbench');
    writeFileSync(file, script);
    return new PgbenchSide(program, stage, url, file, { ...options, tripsPerClient });
  }

  async measure(seconds: number): Promise<PgbenchRun> {
    this.#runs += 1;
    const run = await runPgbench(this.#program, this.#url, {
      script: this.#script,
      clients: this.#clients,
      seconds,
      logFile: join(this.#directory, `pgbench-${this.#runs}.log`),
      variables: { i: this.#begun - 1, trips_per_client: this.#tripsPerClient },
    });
    this.#trips += run.trips;
    this.#begun = await this.#mostOfAClient();
    return run;
  }

  /** Throws unless Postgres holds all its trips, each with all its events and kept answers. */
  async verify(): Promise<void> {
    const [rows] = await query<{ trips: number; events: number; keys: number; claims: number }>(
      this.#url,
      `SELECT (SELECT count(*)::int FROM any_trip WHERE state = 'completed') AS trips,
         (SELECT count(*)::int FROM trip_event) AS events,
         (SELECT count(*)::int FROM idempotency_key WHERE response IS NOT NULL) AS keys,
         (SELECT count(*)::int FROM driver_claim) AS claims`,
    );
    const trips = this.#trips;
    const wanted = { trips, events: trips * STEPS, keys: trips * (STEPS - 1), claims: 0 };
    if (JSON.stringify(rows) !== JSON.stringify(wanted))
      throw new Error(`pgbench did ${JSON.stringify(wanted)}, Postgres holds ${JSON.stringify(rows)}`);
  }

  async #mostOfAClient(): Promise<number> {
    const [row] = await query<{ most: number }>(
      this.#url,
      `SELECT coalesce(max(n % ${this.#tripsPerClient}), -1) + 1 AS most
       FROM bench_trip JOIN any_trip AS trip ON trip.trip_id = bench_trip.trip_uuid::uuid`,
    );
    return row?.most ?? 0;
  }
}

/** The transactions of one trip, identified by these names: one per step. */
function transactionsOf(committed: readonly SentStatement[][], names: readonly string[]): SentStatement[][] {
  const own = committed.filter((statements) =>
    statements.some(({ values }) => values.some((value) => names.some((name) => value?.includes(name)))),
  );
  if (own.length !== STEPS) throw new Error(`the service made ${own.length} transactions for ${STEPS} steps`);
  return own;
}

async function offerOf(url: string): Promise<OfferId> {
  const [row] = await query<{ offer: OfferId }>(
    url,
    `SELECT event -> 'offer' ->> 'offerId' AS offer FROM trip_event WHERE type = 'offer_made'`,
  );
  if (row === undefined) throw new Error('the trip had no offer');
  return row.offer;
}

function idsOf(driverId: DriverId | undefined): TripIds {
  if (driverId === undefined) throw new Error('each client has a driver');
  return { tripId: newId('trip'), offerId: newId('offer'), driverId };
}
