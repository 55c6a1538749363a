import { newId } from '#libs/contracts';
import type { AttackCity } from '../city/attack-city.ts';
import { call, cancel, operatorToken, personToken, REASON, ride, riderOf } from '../city/people.ts';
import { outcome, refusedWith, type Attack, type Outcome } from '../runner/attack.ts';

const ACTS = ['cancel', 'complete', 'fail', 'redispatch'] as const;

async function withTrip(city: AttackCity, attack: (tripId: string) => Promise<Outcome>): Promise<Outcome> {
  return city.alone(async () => {
    const rider = await riderOf(city);
    const trip = await ride(rider);
    try {
      const result = await attack(trip.trip_id);
      const { state } = await rider.trip(trip.trip_id);
      return result.worked || state === 'processing' ? result : outcome(true, `the trip is ${state}`);
    } finally {
      await cancel(rider, trip).catch(() => undefined);
    }
  });
}

/** Bodies of an act that give no reason. */
const REASONS: Record<string, unknown> = {
  none: {},
  blank: { reason_code: '' },
  sentence: { reason_code: 'Because I want to' },
  note: { note: 'only a note' },
  unknown: { ...REASON, silent: true },
};

export const OPERATORS: readonly Attack[] = [
  ...ACTS.flatMap((act) =>
    Object.entries(REASONS).map(([kind, body]) => ({
      id: `no-reason:${act}:${kind}`,
      what: `${act} a trip as an operator without a proper reason (${kind})`,
      run: (city: AttackCity) =>
        withTrip(city, async (tripId) =>
          refusedWith(
            [400],
            await call(city.urls.trips, `/v1/ops/trips/${tripId}/${act}`, {
              token: await operatorToken(city),
              body,
            }),
          ),
        ),
    })),
  ),
  ...ACTS.map((act) => ({
    id: `no-scope:${act}`,
    what: `${act} a trip as an operator who may only read`,
    run: (city: AttackCity) =>
      withTrip(city, async (tripId) => {
        const token = await operatorToken(city, ['ops.read', 'integrations']);
        return refusedWith(
          [403],
          await call(city.urls.trips, `/v1/ops/trips/${tripId}/${act}`, { token, body: REASON }),
        );
      }),
  })),
  ...(['complete', 'fail'] as const).map((act) => ({
    id: `no-force:${act}`,
    what: `${act} a trip as an operator who may write and not force`,
    run: (city: AttackCity) =>
      withTrip(city, async (tripId) => {
        const token = await operatorToken(city, ['ops.read', 'ops.write']);
        return refusedWith(
          [403],
          await call(city.urls.trips, `/v1/ops/trips/${tripId}/${act}`, { token, body: REASON }),
        );
      }),
  })),
  ...(['cancel', 'fail'] as const).flatMap((act) =>
    ['W/"0"', 'W/"999"', '"1"x', 'W/"9007199254740993"'].map((tag, index) => ({
      id: `stale:${act}:${index + 1}`,
      what: `${act} a trip that has changed since it was read (If-Match ${tag})`,
      run: (city: AttackCity) =>
        withTrip(city, async (tripId) => {
          const token = await operatorToken(city);
          return refusedWith(
            [400, 412],
            await call(city.urls.trips, `/v1/ops/trips/${tripId}/${act}`, {
              token,
              body: REASON,
              headers: { 'if-match': tag },
            }),
          );
        }),
    })),
  ),
  ...ACTS.map((act) => ({
    id: `as-rider:${act}`,
    what: `${act} a trip through the operators' routes as its rider`,
    run: (city: AttackCity) =>
      withTrip(city, async (tripId) => {
        const token = await personToken(city, 'rider');
        return refusedWith(
          [401, 403],
          await call(city.urls.trips, `/v1/ops/trips/${tripId}/${act}`, { token, body: REASON }),
        );
      }),
  })),
  {
    id: 'complete-before-the-ride',
    what: 'Complete a trip that has no driver, by force',
    run: (city) =>
      withTrip(city, async (tripId) =>
        refusedWith(
          [409],
          await call(city.urls.trips, `/v1/ops/trips/${tripId}/complete`, {
            token: await operatorToken(city),
            body: REASON,
          }),
        ),
      ),
  },
  {
    id: 'assign-a-stranger',
    what: 'Bind a driver who does not exist to a trip',
    run: (city) =>
      withTrip(city, async (tripId) =>
        refusedWith(
          [404, 409],
          await call(city.urls.trips, `/v1/ops/trips/${tripId}/assign`, {
            token: await operatorToken(city),
            body: { ...REASON, driver_id: newId('driver'), mode: 'force' },
          }),
        ),
      ),
  },
  {
    id: 'unseen-read',
    what: "Read a trip's history without a row in the audit",
    run: (city) =>
      withTrip(city, async (tripId) => {
        const count = async (): Promise<number> =>
          Number((await city.rows<{ rows: string }>('SELECT count(*) AS rows FROM operator_audit'))[0]?.rows);
        const before = await count();
        const { status } = await call(city.urls.trips, `/v1/trips/${tripId}/history`, {
          method: 'GET',
          token: await operatorToken(city),
        });
        if (status !== 200) throw new Error(`no history: ${status}`);
        return outcome((await count()) !== before + 1, `${before} rows before`);
      }),
  },
];
