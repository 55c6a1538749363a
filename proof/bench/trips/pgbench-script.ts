import { escapeIdentifier, escapeLiteral } from 'pg';
import { uuidOf } from '#libs/contracts';
import { withClient } from '../../../ops/postgres/query.ts';
import type { SentStatement } from './client-messages.ts';
import type { PlannedTrip, TripIds } from './planned-trips.ts';

/** The values that differ from trip to trip, by the name of their column. */
type Names = Readonly<Record<string, string>>;

const TRIPS_TABLE = 'bench_trip';
const PARAMETERS_FUNCTION = 'bench_parameters';

/** All forms in which a trip's ids and cells occur in the service's statements. */
function namesOf({ quoteId, riderId, pickupCell, shard }: PlannedTrip, ids: TripIds): Names {
  return {
    trip: ids.tripId,
    trip_uuid: uuidOf('trip', ids.tripId),
    offer: ids.offerId,
    offer_uuid: uuidOf('offer', ids.offerId),
    driver: ids.driverId,
    driver_uuid: uuidOf('driver', ids.driverId),
    quote: quoteId,
    quote_uuid: uuidOf('quote', quoteId),
    rider: riderId,
    rider_uuid: uuidOf('rider', riderId),
    cell: pickupCell,
    cell_number: BigInt(`0x${pickupCell}`).toString(),
    shard,
    shard_number: BigInt(`0x${shard}`).toString(),
  };
}

/**
 * A pgbench script that repeats the service's work for one trip, statement by statement and commit by commit, on its own
 * trips. pgbench cannot build JSON documents: a function in the database returns the parameters of the next trip, in one
 * additional statement per trip. pgbench's report shows the time of that statement.
 *
 * @param transactions what the service sent for the trip `model`
 */
export async function writeScript(
  url: string,
  transactions: readonly (readonly SentStatement[])[],
  model: { trip: PlannedTrip; ids: TripIds },
  trips: readonly { trip: PlannedTrip; ids: TripIds }[],
): Promise<string> {
  const names = namesOf(model.trip, model.ids);
  const parameters: string[] = [];
  const script = transactions.flatMap((statements) => [
    'BEGIN;',
    ...statements.map(({ text, values }) => `${fillIn(text, values, names, parameters)};`),
    'COMMIT;',
  ]);
  await withClient(url, async (client) => {
    await client.query(tripsTable(Object.keys(names)));
    const records = trips.map(({ trip, ids }, n) => ({ n, ...namesOf(trip, ids) }));
    await client.query(
      `INSERT INTO ${TRIPS_TABLE} SELECT * FROM jsonb_populate_recordset(NULL::${TRIPS_TABLE}, $1::jsonb)`,
      [JSON.stringify(records)],
    );
    await client.query(parametersFunction(parameters));
    await client.query(`VACUUM ANALYZE ${TRIPS_TABLE}`);
  });
  return [
    '\\set i :i + 1',
    '\\set n :client_id * :trips_per_client + :i',
    `SELECT * FROM ${PARAMETERS_FUNCTION}(:n) \\gset`,
    ...script,
    '',
  ].join('\n');
}

/**
 * The statement with each parameter as a constant or as a variable. To pgbench a colon would begin a variable.
 */
function fillIn(
  text: string,
  values: readonly (string | null)[],
  names: Names,
  parameters: string[],
): string {
  const filled = text.replaceAll(/\$(\d+)/g, (_, position: string) => {
    const value = values[Number(position) - 1];
    if (value === undefined) throw new Error(`no parameter $${position} for ${text}`);
    if (value === null) return 'NULL';
    const template = templateOf(value, names);
    if (template.startsWith("'") && !value.includes(':')) return template;
    const known = parameters.indexOf(template);
    return `:p${known < 0 ? parameters.push(template) - 1 : known}`;
  });
  return filled.trim();
}

/** The value as an SQL expression over the names of a trip. */
function templateOf(value: string, names: Names): string {
  const columns = Object.keys(names).toSorted((a, b) => (names[b]?.length ?? 0) - (names[a]?.length ?? 0));
  const any = new RegExp(columns.map((column) => names[column]).join('|'), 'g');
  const used: string[] = [];
  const pattern = value.replaceAll('%', '%%').replaceAll(any, (found) => {
    const column = columns.find((name) => names[name] === found) ?? '';
    if (!used.includes(column)) used.push(column);
    return `%${used.indexOf(column) + 1}$s`;
  });
  if (used.length === 0) return escapeLiteral(value);
  if (pattern === '%1$s') return escapeIdentifier(used[0] ?? '');
  return `format(${escapeLiteral(pattern)}, ${used.map(escapeIdentifier).join(', ')})`;
}

function tripsTable(columns: readonly string[]): string {
  const typed = columns.map((column) => `${escapeIdentifier(column)} text NOT NULL`);
  return `CREATE UNLOGGED TABLE ${TRIPS_TABLE} (n integer PRIMARY KEY, ${typed.join(', ')})`;
}

function parametersFunction(parameters: readonly string[]): string {
  const columns = parameters.map((_, index) => `p${index} text`).join(', ');
  return `CREATE FUNCTION ${PARAMETERS_FUNCTION}(integer) RETURNS TABLE (${columns}) LANGUAGE sql STABLE
    AS $function$ SELECT ${parameters.join(', ')} FROM ${TRIPS_TABLE} WHERE n = $1 $function$`;
}
