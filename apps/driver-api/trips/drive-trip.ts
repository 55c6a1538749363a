import { Inject, Injectable } from '@nestjs/common';
import {
  driveTrip,
  type DriveAction,
  type DriverId,
  type DriverTrip,
  type Idempotency,
  type TripId,
} from '#libs/contracts';
import type { RequestRefs } from '../caller/request-refs.ts';
import { ChangeTrip } from './change-trip.ts';

export interface DriveRequest {
  tripId: TripId;
  action: DriveAction;
  /** Of a cancellation, in the driver's words. */
  reason?: string | undefined;
  idempotency?: Idempotency | undefined;
}

/** One step of a trip by its driver. */
@Injectable()
export class DriveTrip {
  readonly #changeTrip: ChangeTrip;

  constructor(@Inject(ChangeTrip) changeTrip: ChangeTrip) {
    this.#changeTrip = changeTrip;
  }

  execute(
    driverId: DriverId,
    { tripId, action, reason, idempotency }: DriveRequest,
    refs: RequestRefs,
  ): Promise<DriverTrip> {
    const input = {
      driver_id: driverId,
      trip_id: tripId,
      action,
      ...(reason !== undefined && { reason }),
      ...(idempotency !== undefined && { idempotency }),
    };
    return this.#changeTrip.execute(driveTrip, input, { event: 'trip_driven', action }, refs);
  }
}
