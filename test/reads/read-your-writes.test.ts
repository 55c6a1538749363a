import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId, type RiderTrip, type TripPage } from '#libs/contracts';
import { Operator } from '../city/operator.ts';
import { ESTRELA, ROSSIO, TestCity } from '../city/test-city.ts';
import type { RiderPhone } from '../phones/rider-phone.ts';
import { OwnCluster } from './own-cluster.ts';

const RIDES = 10;
let cluster: OwnCluster;
let city: TestCity;

beforeAll(async () => {
  cluster = await OwnCluster.start();
  const services = ['dev-issuer', 'trips', 'trips', 'matcher', 'rider-api', 'rider-api'];
  city = await TestCity.start(services, { database: cluster.database });
}, 120_000);
afterAll(async () => {
  await city?.stop();
  await cluster?.stop();
});

/** States of the rider's trips, newest first, from another rider-api than the phone's. */
async function listElsewhere(rider: RiderPhone): Promise<string[]> {
  const { status, body } = await rider.get<TripPage>(`${city.url('rider-api-2')}/v1/trips`);
  expect(status).toBe(200);
  return body.data.map(({ trip_id, state }) => `${trip_id} ${state}`);
}

/** Retries, as phones do after "try later". */
async function cancel(rider: RiderPhone, tripId: string): Promise<void> {
  const state = async () => (await rider.post<RiderTrip>(`/v1/trips/${tripId}/cancel`, {})).body.state;
  await expect.poll(state, { timeout: 20_000 }).toBe('rider_canceled');
}

/** Requests and cancels one trip after the other, and checks the list after each. */
async function rideAndLook(): Promise<void> {
  const rider = await city.rider();
  let canceled: string[] = [];
  for (let ride = 0; ride < RIDES; ride += 1) {
    const { trip_id } = await rider.ride(ROSSIO, ESTRELA);
    expect(await listElsewhere(rider)).toEqual([`${trip_id} processing`, ...canceled]);
    await cancel(rider, trip_id);
    canceled = [`${trip_id} rider_canceled`, ...canceled];
    expect(await listElsewhere(rider)).toEqual(canceled);
  }
}

async function listsFrom(server: 'standby' | 'primary'): Promise<number> {
  const counts = ['trips-1', 'trips-2'].map(async (instance) => {
    const metrics = await (await fetch(`${city.url(instance)}/metrics`)).text();
    const label = `hailgrid_reads_total{kind="up_to_date",from="${server}"`;
    const line = metrics.split('\n').find((each) => each.startsWith(label));
    return Number(line?.split(' ').at(-1) ?? 0);
  });
  return (await Promise.all(counts)).reduce((sum, count) => sum + count);
}

test('a rider sees its latest write in the list that another instance reads from the standby', async () => {
  await Promise.all([rideAndLook(), rideAndLook(), rideAndLook()]);
  expect(await listsFrom('standby')).toBeGreaterThan(0);
});

test('a rider sees it while the standby replays nothing, then from the primary', async () => {
  const before = await listsFrom('primary');
  await cluster.pauseReplay();
  await rideAndLook();
  await cluster.resumeReplay();
  expect(await listsFrom('primary')).toBeGreaterThan(before);
});

test('an operator sees primary, standby, lag, outbox and NATS', async () => {
  const operator = await Operator.of(city);
  const { seen_by, postgres, outbox, nats, event_stream: stream } = await operator.health();
  expect(seen_by).toBe('trips-1');
  expect(postgres).toMatchObject({
    name: 'postgres_1',
    timeline: 1,
    standbys: [{ name: 'postgres_2', state: 'streaming', sync_state: 'quorum' }],
  });
  expect(new URL(cluster.database.url).host).toBe(postgres?.host);
  expect(outbox?.entries).toBeLessThan(RIDES);
  expect(nats?.rtt_ms).toBeGreaterThan(0);
  expect(stream?.messages).toBeGreaterThan(RIDES);

  await cluster.pauseReplay();
  const rider = await city.rider();
  await rider.ride(ROSSIO, ESTRELA);
  const lag = async () => (await operator.health()).postgres?.standbys[0]?.behind_bytes ?? 0;
  await expect.poll(lag, { timeout: 20_000 }).toBeGreaterThan(0);
  await cluster.resumeReplay();
  await expect.poll(lag, { timeout: 20_000 }).toBe(0);
});

test('without a primary the list is still served, and writes resume after a promotion', async () => {
  const rider = await city.rider();
  const { trip_id } = await rider.ride(ROSSIO, ESTRELA);
  await cluster.killPrimary();
  const answer = await rider.requestTrip(newId('quote'), newId('event'));
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
  expect(await listElsewhere(rider)).toEqual([`${trip_id} processing`]);
  const operator = await Operator.of(city);
  expect(await operator.health()).toMatchObject({
    postgres: null,
    outbox: null,
    nats: { server: expect.any(String) },
  });
  await cluster.promoteStandby();
  await cancel(rider, trip_id);
  expect(await listElsewhere(rider)).toEqual([`${trip_id} rider_canceled`]);
  expect((await operator.health()).postgres).toMatchObject({ name: 'postgres_2', timeline: 2, standbys: [] });
});
