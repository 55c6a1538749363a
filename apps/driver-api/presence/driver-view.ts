import {
  toDriverOffer,
  toDriverTrip,
  type DriverId,
  type DriverRecord,
  type DriverView,
} from '#libs/contracts';

/** The driver as its own app sees it; one who never was online is offline. */
export function driverView(driverId: DriverId, record: DriverRecord | null): DriverView {
  if (record === null) {
    return {
      driver_id: driverId,
      status: 'offline',
      session: null,
      product: null,
      vehicle: null,
      offer: null,
      trip: null,
    };
  }
  const { status, online, session, product, vehicle, trip } = record;
  const isOffered = status === 'offered' && trip?.offer?.driver_id === driverId;
  return {
    driver_id: driverId,
    status,
    session: online ? session : null,
    product: online ? product : null,
    vehicle: online ? vehicle : null,
    offer: isOffered ? (toDriverOffer(trip) ?? null) : null,
    trip: status === 'on_trip' && trip !== null ? toDriverTrip(trip) : null,
  };
}
