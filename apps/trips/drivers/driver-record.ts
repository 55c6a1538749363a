import { toTripRecord, type DriverRecord, type TripRecord } from '#libs/contracts';
import { readClaims, readTrip, standingOf, type ClaimRow, type DriverRow, type Queryable } from '#libs/store';

/** The driver with the trips that claim it, if any. */
export async function driverRecordOf(database: Queryable, driver: DriverRow): Promise<DriverRecord> {
  const claims = await readClaims(database, [driver.driverId]);
  const trip = await readClaimed(database, claims[0]);
  const next = await readClaimed(database, claims[1]);
  return {
    driver_id: driver.driverId,
    session: driver.session,
    online: driver.online,
    product: driver.product,
    vehicle: driver.vehicle,
    status: standingOf(driver, claims).status,
    driver_version: driver.version,
    trip,
    next_trip: next,
  };
}

async function readClaimed(database: Queryable, claim: ClaimRow | undefined): Promise<TripRecord | null> {
  const trip = claim === undefined ? undefined : await readTrip(database, claim.tripId);
  return trip === undefined ? null : toTripRecord(trip);
}
