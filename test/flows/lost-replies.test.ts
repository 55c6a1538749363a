import { afterAll, beforeAll, expect, test } from 'vitest';
import { CommandClient } from '#libs/bus';
import {
  cancelTrip,
  createQuote,
  createTrip,
  HailgridError,
  newId,
  toTimestamp,
  type Idempotency,
  type QuoteId,
  type RiderId,
  type TripId,
} from '#libs/contracts';
import { systemClock } from '#libs/service';
import { ensureBuilt } from '../../dev/build/ensure-built.ts';
import { LossyLine } from '../../dev/network/lossy-line.ts';
import { query } from '../../ops/postgres/query.ts';
import { temporaryDirectory } from '../../dev/process/temporary-directory.ts';
import { RestartableService } from '../../dev/services/restartable-service.ts';
import { PLAYED_PEOPLE } from '../../dev/services/service-environment.ts';
import {
  BUILT_IN_AREA,
  testDatabase,
  testNats,
  type TestDatabase,
  type TestNats,
} from '../../dev/test-world/index.ts';

const RIDERS = 120;
/** How often riders ask until enough replies were lost. */
const MAX_ROUNDS = 20;
/** Every nth reply to a commit of `trips` is lost. */
const LOST_ONE_IN = 4;
const COMMIT = Buffer.from('COMMIT\0');

const directory = temporaryDirectory('lost-replies');
let database: TestDatabase;
let nats: TestNats;
let line: LossyLine;
let trips: RestartableService;
let commands: CommandClient;
let commits = 0;
let isLosing = false;

beforeAll(async () => {
  await ensureBuilt();
  [database, nats] = await Promise.all([testDatabase(), testNats()]);
  line = await LossyLine.to(database.url, (sent) => {
    if (!isLosing || !sent.includes(COMMIT)) return false;
    commits += 1;
    return commits % LOST_ONE_IN === 0;
  });
  trips = await RestartableService.start({
    app: 'trips',
    instance: 'trips-1',
    httpPort: 0,
    directory: directory.path,
    system: {
      natsUrls: nats.urls,
      natsSeeds: nats.seeds,
      postgresUrls: [line.url],
      serviceArea: BUILT_IN_AREA,
      issuerUrl: 'http://127.0.0.1:9',
      extra: PLAYED_PEOPLE,
    },
  });
  commands = new CommandClient({ servers: nats.urls }, 'riders', systemClock());
  await commands.connect();
});
afterAll(async () => {
  await commands?.close();
  await trips?.stop();
  line?.close();
  await nats?.stop();
  await database?.drop();
  directory.remove();
});

interface Rider {
  riderId: RiderId;
  quoteId: QuoteId;
}

async function quoted(): Promise<Rider> {
  const riderId = newId('rider');
  const { quote_id: quoteId } = await commands.call(createQuote, {
    rider_id: riderId,
    product: 'standard',
    pickup: { lat: 38.714, lng: -9.139 },
    dropoff: { lat: 38.72, lng: -9.14 },
    pickup_cell: '89393362b83ffff',
    fare: { amount_minor: 700, currency: 'EUR' },
    distance_m: 2_000,
    trip_s: 400,
    pickup_eta_s: null,
    created_at: toTimestamp(Date.now()),
    expires_at: toTimestamp(Date.now() + 600_000),
  });
  return { riderId, quoteId };
}

function keyFor(step: string): Idempotency {
  return { key: step, request_digest: '0'.repeat(64) };
}

/** Requested twice at the same time, as by an impatient phone. */
async function request({ riderId, quoteId }: Rider): Promise<TripId[]> {
  const input = { rider_id: riderId, quote_id: quoteId, idempotency: keyFor('request') };
  const answers = await Promise.all([commands.call(createTrip, input), commands.call(createTrip, input)]);
  return answers.map(({ trip_id }) => trip_id);
}

test('each request gets one answer and one trip while replies to commits are lost', async () => {
  const riders: Rider[] = [];
  const answers: TripId[][] = [];
  const canceled: { state: string }[] = [];
  // How many commits there are depends on how many requests share one, and so on the machine.
  for (let round = 0; line.lost <= 2 && round < MAX_ROUNDS; round++) {
    const asking = await Promise.all(Array.from({ length: RIDERS }, quoted));
    isLosing = true;
    const answered = await Promise.all(asking.map(request));
    const ended = await Promise.all(
      asking.map(({ riderId }, index) =>
        commands.call(cancelTrip, {
          rider_id: riderId,
          trip_id: answered[index]![0]!,
          idempotency: keyFor('cancel'),
        }),
      ),
    );
    isLosing = false;
    riders.push(...asking);
    answers.push(...answered);
    canceled.push(...ended);
  }
  expect(line.lost).toBeGreaterThan(2);
  for (const [one, other] of answers) expect(one).toBe(other);
  const rows = await query<{ trips: number; events: number; distinct: number }>(
    database.url,
    `SELECT count(*)::int AS events, count(DISTINCT trip_id)::int AS trips,
       (SELECT count(*)::int FROM any_trip WHERE state = 'rider_canceled') AS distinct FROM trip_event`,
  );
  const count = riders.length;
  expect(rows).toEqual([{ events: 2 * count, trips: count, distinct: count }]);
  expect(canceled.map(({ state }) => state)).toEqual(riders.map(() => 'rider_canceled'));
});

test('a command without a key is not retried', async () => {
  const rider = await quoted();
  const [tripId] = await request(rider);
  commits = LOST_ONE_IN - 1;
  isLosing = true;
  const unkeyed = commands.call(cancelTrip, { rider_id: rider.riderId, trip_id: tripId! });
  await expect(unkeyed).rejects.toMatchObject({ code: 'unavailable' } satisfies Partial<HailgridError>);
  isLosing = false;
  const state = `SELECT state FROM any_trip ORDER BY requested_at DESC LIMIT 1`;
  await expect.poll(() => query(database.url, state)).toEqual([{ state: 'rider_canceled' }]);
});
