import { Injectable } from '@nestjs/common';
import { driveTrip, type DriveAction, type DriverId, type DriverTrip, type TripId } from '#libs/contracts';
import { readIdempotencyKey } from '#libs/service';
import type { RequestRefs } from '../caller/request-refs.ts';
import { ChangeTrip } from './change-trip.ts';

export interface DriveRequest {
  tripId: TripId;
  action: DriveAction;
  /** Of a cancellation, in the driver's words. */
  reason?: string | undefined;
  /** The driver's idempotency key, if it gave one. */
  key?: unknown;
}

/** One step of a trip by its driver. */
@Injectable()
export class DriveTrip {
  constructor(private readonly changeTrip: ChangeTrip) {}

  async execute(
    driverId: DriverId,
    { tripId, action, reason, key }: DriveRequest,
    refs: RequestRefs,
  ): Promise<DriverTrip> {
    const idempotency = readIdempotencyKey(key, { trip_id: tripId, action, reason });
    const input = {
      driver_id: driverId,
      trip_id: tripId,
      action,
      ...(reason !== undefined && { reason }),
      ...(idempotency !== undefined && { idempotency }),
    };
    return this.changeTrip.execute(driveTrip, input, { event: 'trip_driven', action }, refs);
  }
}
