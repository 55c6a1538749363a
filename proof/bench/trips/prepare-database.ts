import { uuidOf, type DriverId } from '#libs/contracts';
import { createQuote, goOnline, newId, toTimestamp } from '#libs/contracts';
import { withClient } from '../../../ops/postgres/query.ts';
import type { CommandLine } from '../../../dev/bus/command-line.ts';
import type { People } from './people.ts';
import type { PlannedTrip } from './planned-trips.ts';

/** The first epoch of the shards. */
export const EPOCH = 1;
const QUOTE_LIFE_MS = 3_600_000;
const VEHICLE = { plate: 'AA-01-BB', make: 'Seat', model: 'Leon', color: 'white' };

/** Gives the matcher the shards of these trips. No planner takes them away, since no other matcher runs. */
export async function ownShards(url: string, trips: readonly PlannedTrip[], matcher: string): Promise<void> {
  const cells = [...new Set(trips.map(({ shard }) => shard))].map((shard) => BigInt(`0x${shard}`).toString());
  await withClient(url, (client) =>
    client.query(
      `INSERT INTO shard (cell, epoch, owner, changed_at) SELECT cell, $2, $3, now() FROM unnest($1::bigint[]) AS cell`,
      [cells, EPOCH, matcher],
    ),
  );
}

/** A driver, and its access token if it has one. */
export interface OnlineDriver {
  readonly driverId: DriverId;
  readonly token: string | undefined;
}

/** Brings drivers online through the service. */
export async function bringOnline(
  commands: CommandLine,
  people: Pick<People, 'tokenOf'>,
  count: number,
): Promise<OnlineDriver[]> {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const driverId = newId('driver');
      const token = await people.tokenOf('driver', driverId);
      await commands.call(goOnline, { driver_id: driverId, product: 'standard', vehicle: VEHICLE }, token);
      return { driverId, token };
    }),
  );
}

/** The quotes of all trips: the service makes one, the others are copies of its row. */
export async function prepareQuotes(
  commands: CommandLine,
  url: string,
  trips: readonly PlannedTrip[],
): Promise<void> {
  const [first] = trips;
  if (first === undefined) return;
  const now = Date.now();
  const { quote_id } = await commands.call(
    createQuote,
    {
      rider_id: first.riderId,
      product: 'standard',
      pickup: first.pickup,
      dropoff: { lat: 38.71, lng: -9.13 },
      pickup_cell: first.pickupCell,
      fare: { amount_minor: 850, currency: 'EUR' },
      distance_m: 3_000,
      trip_s: 600,
      pickup_eta_s: 120,
      created_at: toTimestamp(now),
      expires_at: toTimestamp(now + QUOTE_LIFE_MS),
    },
    first.riderToken,
  );
  const records = trips.map(({ quoteId, riderId, pickup, pickupCell }) => ({
    quote_id: uuidOf('quote', quoteId),
    rider_id: uuidOf('rider', riderId),
    pickup_lat: pickup.lat,
    pickup_lng: pickup.lng,
    pickup_cell: BigInt(`0x${pickupCell}`).toString(),
  }));
  await withClient(url, (client) =>
    client.query(
      `INSERT INTO quote
       SELECT filled.* FROM quote AS model, jsonb_array_elements($1::jsonb) AS own,
         jsonb_populate_record(model, own) AS filled
       WHERE model.quote_id = $2`,
      [JSON.stringify(records), uuidOf('quote', quote_id)],
    ),
  );
}
