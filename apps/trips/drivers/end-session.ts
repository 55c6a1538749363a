import { HailgridError, type DriverRecord, type OfferId } from '#libs/contracts';
import { closeSession, readClaims, type DriverRow, type TripTransaction } from '#libs/store';
import type { TripCommand } from '#libs/trip';
import { driverRecordOf } from './driver-record.ts';

/** How many times a session's end is tried while offers keep arriving; after that the driver gets `driver_on_trip`. */
const MAX_ENDINGS = 3;

/** An offer was committed between the look at the driver's claims and the driver's lock. */
class OfferedMeanwhile extends HailgridError {
  constructor(driverId: string, tripId: string) {
    super('driver_on_trip', `${driverId} was offered ${tripId} meanwhile`);
  }
}

/**
 * Runs a transaction that ends a session, and runs it again if an offer came between: the next one sees the offer and
 * closes it. A trip's lock comes before its driver's, so it cannot be closed in the same transaction.
 */
export async function endingOffers<T>(transaction: () => Promise<T>): Promise<T> {
  for (let ending = 1; ; ending++) {
    try {
      return await transaction();
    } catch (error) {
      if (!(error instanceof OfferedMeanwhile) || ending === MAX_ENDINGS) throw error;
    }
  }
}

/** The session to end, and what becomes of an open offer to the driver. */
export interface SessionEnd {
  readonly driverId: string;
  /** Ends only this session: a newer one stays open. */
  readonly session?: number | undefined;
  readonly closeOffer: (offerId: OfferId) => TripCommand;
  /** Gets the driver as it was before, and may throw. */
  readonly check?: (driver: DriverRow) => void;
}

/**
 * Ends the session of a driver and closes an open offer, within {@link endingOffers}. Throws `driver_on_trip` while the driver has a trip; does nothing
 * if the driver is offline already.
 */
export async function endSession(
  transaction: TripTransaction,
  { driverId, session, closeOffer, check }: SessionEnd,
): Promise<DriverRecord> {
  // Before the driver is locked, because a trip's lock comes first. An offer that is closed by then is left alone.
  const [asked] = await readClaims(transaction, [driverId]);
  if (asked?.kind === 'offer' && asked.offerId !== null) {
    const { offerId, tripId } = asked;
    await transaction.change(tripId, () => closeOffer(offerId));
  }
  const driver = await transaction.lockDriver(driverId);
  check?.(driver);
  if (session !== undefined && session !== driver.session) {
    throw new HailgridError('session_superseded', `session ${session} of ${driverId}, now ${driver.session}`);
  }
  if (!driver.online) return driverRecordOf(transaction, driver);
  // Under the driver's lock its claims do not change.
  const [claim] = await readClaims(transaction, [driverId]);
  if (claim?.kind === 'offer') throw new OfferedMeanwhile(driverId, claim.tripId);
  if (claim !== undefined) throw new HailgridError('driver_on_trip', `${driverId} has ${claim.tripId}`);
  const closed = await closeSession(transaction, driverId, transaction.nowMs);
  return driverRecordOf(transaction, closed ?? driver);
}
