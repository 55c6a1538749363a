import { toTripRecord, type DriverRecord, type DriverStatus } from '#libs/contracts';
import { readClaim, readTrip, type ClaimRow, type DriverRow, type Queryable } from '#libs/store';

/** The driver with the trip that claims it, if any. */
export async function driverRecordOf(database: Queryable, driver: DriverRow): Promise<DriverRecord> {
  const claim = await readClaim(database, driver.driverId);
  const trip = claim === undefined ? undefined : await readTrip(database, claim.tripId);
  return {
    driver_id: driver.driverId,
    session: driver.session,
    online: driver.online,
    product: driver.product,
    vehicle: driver.vehicle,
    status: statusOf(driver, claim),
    driver_version: driver.version,
    trip: trip === undefined ? null : toTripRecord(trip),
  };
}

function statusOf(driver: DriverRow, claim: ClaimRow | undefined): DriverStatus {
  if (claim !== undefined) return claim.kind === 'offer' ? 'offered' : 'on_trip';
  return driver.online ? 'free' : 'offline';
}
