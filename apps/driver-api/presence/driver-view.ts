import {
  toDriverOffer,
  toDriverTrip,
  type DriverId,
  type DriverRecord,
  type DriverView,
} from '#libs/contracts';

/** The driver as its own app sees it; `offline` without a record. */
export function driverView(
  driverId: DriverId,
  record: DriverRecord | null,
  lastSeq: number | null,
): DriverView {
  if (record === null) {
    return {
      driver_id: driverId,
      status: 'offline',
      session: null,
      last_seq: null,
      product: null,
      vehicle: null,
      offer: null,
      trip: null,
      next_trip: null,
    };
  }
  const { status, online, session, product, vehicle, trip, next_trip: next } = record;
  const [offered] = [trip, next].flatMap((candidate) =>
    candidate?.offer?.driver_id === driverId ? (toDriverOffer(candidate) ?? []) : [],
  );
  return {
    driver_id: driverId,
    status,
    session: online ? session : null,
    last_seq: online ? lastSeq : null,
    product: online ? product : null,
    vehicle: online ? vehicle : null,
    offer: offered ?? null,
    trip: status === 'on_trip' && trip !== null ? toDriverTrip(trip) : null,
    next_trip: next?.driver?.driver_id === driverId ? toDriverTrip(next) : null,
  };
}
