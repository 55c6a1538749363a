import { afterAll, beforeAll, expect, test } from 'vitest';
import { CommandClient } from '#libs/bus';
import { replayTrip, type RiderId, type TripId } from '#libs/contracts';
import { systemClock } from '#libs/service';
import { ESTRELA, ROSSIO, TestCity } from '../city/test-city.ts';
import { PLAYED_PEOPLE } from '../../dev/services/service-environment.ts';

const SOCKETS = 20;
const RESUMED_TRIPS = 20;
const HONEST_CALLS = 30;

let city: TestCity;
let attack: CommandClient;

beforeAll(async () => {
  const env = {
    ...PLAYED_PEOPLE,
    HAILGRID_MAX_OPEN_TRIPS: String(RESUMED_TRIPS),
    HAILGRID_POSTGRES_CONNECTIONS: '2',
  };
  city = await TestCity.start(['dev-issuer', 'trips', 'matcher', 'rider-api'], { env });
  attack = new CommandClient({ servers: city.world.nats.urls }, 'attack', systemClock());
  await attack.connect();
});
afterAll(async () => {
  await attack?.close();
  await city?.stop();
});

/** What `SOCKETS` sockets of one rider send that resume all its trips, again as soon as they are answered or refused. */
async function resumeInALoop(riderId: RiderId, trips: readonly TripId[], signal: AbortSignal) {
  const codes = new Map<string, number>();
  const resume = async (trip_id: TripId): Promise<void> => {
    while (!signal.aborted) {
      const reader = { role: 'rider', rider_id: riderId } as const;
      const code = await attack.call(replayTrip, { trip_id, after_seq: 0, reader }).then(
        () => 'answered',
        (error: { code: string }) => error.code,
      );
      codes.set(code, (codes.get(code) ?? 0) + 1);
    }
  };
  const sockets = Array.from({ length: SOCKETS }, () => trips.map(resume));
  await Promise.all(sockets.flat());
  return codes;
}

test(`${HONEST_CALLS} calls of others are answered while one rider resumes ${RESUMED_TRIPS} trips over ${SOCKETS} sockets`, async () => {
  const greedy = await city.rider();
  const trips: TripId[] = [];
  while (trips.length < RESUMED_TRIPS) trips.push((await greedy.ride(ROSSIO, ESTRELA)).trip_id);
  const others = await Promise.all(Array.from({ length: HONEST_CALLS }, () => city.rider()));
  const ending = new AbortController();
  const loop = resumeInALoop(greedy.riderId, trips, ending.signal);
  // Once refusals arrive, the flood has reached its height.
  await expect
    .poll(async () => (await fetch(`${city.url('trips-1')}/metrics`)).text(), { timeout: 10_000 })
    .toMatch(/hailgrid_commands_refused_total\{[^}]*reason="\w+_full"[^}]*\} [1-9]/);
  const answers = await Promise.all(others.map((rider) => rider.get('/v1/trips')));
  const asked = await Promise.all(others.map((rider) => rider.quote(ROSSIO, ESTRELA)));
  expect(answers.map(({ status }) => status)).toEqual(others.map(() => 200));
  expect(asked.map(({ status }) => status)).toEqual(others.map(() => 201));
  ending.abort();
  const codes = await loop;
  expect(codes.get('answered')).toBeGreaterThan(0);
  expect(codes.get('rate_limited')).toBeGreaterThan(0);
  expect(codes.get('unavailable')).toBeUndefined();
}, 60_000);
