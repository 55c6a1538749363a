import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '#libs/contracts';
import { Operator } from '../city/operator.ts';
import { ESTRELA, ROSSIO, TestCity } from '../city/test-city.ts';
import { tokenFor } from '../phones/tokens.ts';

let city: TestCity;

beforeAll(async () => {
  city = await TestCity.start();
});
afterAll(() => city?.stop());

test('an operator sees the candidates of a trip in each round, and why one was chosen', async () => {
  const near = await city.driverAt({ lat: ROSSIO.lat + 0.001, lng: ROSSIO.lng });
  const far = await city.driverAt({ lat: ROSSIO.lat + 0.008, lng: ROSSIO.lng });
  // Who has moved has a heading beside its place.
  for (const lat of [ROSSIO.lat + 0.0082, ROSSIO.lat + 0.0081])
    far.phone.send({ type: 'position', data: far.phone.ping(1, lat, ROSSIO.lng) });
  const rider = await city.rider();
  const { trip_id: tripId } = await rider.ride(ROSSIO, ESTRELA);
  const first = await near.offer();
  await near.decline(first);
  await far.accept(await far.offer());
  const operator = await Operator.of(city);
  const { rounds } = await operator.explain(tripId);
  const offered = rounds.filter(({ outcome }) => outcome === 'offered');
  const chosen = offered.map(
    ({ candidates }) => candidates.find(({ reason }) => reason === 'offered')?.driver_id,
  );
  expect(chosen).toEqual([near.driverId, far.driverId]);
  const [before, after] = offered;
  expect(before?.candidates.find(({ driver_id }) => driver_id === far.driverId)).toMatchObject({
    reason: 'other_driver_chosen',
    pickup_eta_s: expect.any(Number) as number,
    cost_s: expect.any(Number) as number,
  });
  expect(after?.candidates.find(({ driver_id }) => driver_id === near.driverId)?.reason).toBe(
    'not_asked_again',
  );
  expect(rounds.map(({ at }) => at)).toEqual(rounds.map(({ at }) => at).sort());
  // The same from the side of the driver who was not chosen at first.
  const [start, end] = [rounds[0]!.at, new Date().toISOString()];
  const ofFar = await operator.explainDriver(far.driverId, start, end);
  expect(ofFar.map(({ at }) => at)).toEqual(
    ofFar
      .map(({ at }) => at)
      .sort()
      .reverse(),
  );
  expect(ofFar.at(-1)).toMatchObject({
    trip_id: tripId,
    candidate: { driver_id: far.driverId, reason: 'other_driver_chosen' },
    chosen: { driver_id: near.driverId, reason: 'offered' },
  });
  expect(
    await operator.explainDriver(far.driverId, '2020-01-01T00:00:00.000Z', '2020-01-02T00:00:00.000Z'),
  ).toEqual([]);
});

test('other roles are refused, and an unknown trip is not found', async () => {
  const operator = await Operator.of(city);
  await expect(operator.explain(newId('trip'))).rejects.toThrow('404');
  const token = await tokenFor(city.url('dev-issuer-1'), 'rider');
  const response = await fetch(`${city.url('trips-1')}/v1/trips/${newId('trip')}/explain`, {
    headers: { authorization: `Bearer ${token}` },
  });
  expect(response.status).toBe(403);
});
