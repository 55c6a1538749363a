import { Database, readChains, sha256Hex, type Queryable } from '#libs/store';
import type { TripId } from '#libs/contracts';
import { auditChain } from '#libs/trip';

const TRIPS_PER_PAGE = 500;
const WHOLE_TRIP = 'requested offer_made accepted arrived started completed';

/** Throws unless Postgres holds exactly these trips, each completed, with a valid chain of events. */
export async function verifyTrips(urls: readonly string[], acknowledged: ReadonlySet<TripId>): Promise<void> {
  const database = new Database({ urls, maxConnections: 1, applicationName: 'bench-verify' });
  try {
    const found = await walk(database, acknowledged);
    if (found !== acknowledged.size)
      throw new Error(`Postgres holds ${found} of ${acknowledged.size} acknowledged trips`);
  } finally {
    await database.close();
  }
}

async function walk(database: Queryable, acknowledged: ReadonlySet<TripId>): Promise<number> {
  let found = 0;
  let after: TripId | undefined;
  do {
    const chains = await readChains(database, after, TRIPS_PER_PAGE);
    for (const chain of chains) {
      if (!acknowledged.has(chain.tripId)) throw new Error(`${chain.tripId} was never acknowledged`);
      const types = chain.events.map(({ facts }) => facts.type).join(' ');
      if (types !== WHOLE_TRIP) throw new Error(`${chain.tripId} has the events ${types}`);
      const findings = auditChain(chain, sha256Hex);
      if (findings.length > 0) throw new Error(`${chain.tripId}: ${JSON.stringify(findings)}`);
    }
    found += chains.length;
    after = chains.at(-1)?.tripId;
  } while (after !== undefined);
  return found;
}
