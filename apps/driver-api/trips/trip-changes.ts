import { Inject, Injectable } from '@nestjs/common';
import { CommandClient } from '#libs/bus';
import {
  answerOffer,
  driveTrip,
  toDriverTrip,
  type CommandInput,
  type DriveAction,
  type DriverId,
  type DriverTrip,
  type OfferAnswer,
  type OfferId,
  type TripId,
} from '#libs/contracts';
import { LOGGER, readIdempotencyKey, type Logger } from '#libs/service';
import type { RequestRefs } from '../caller/caller.ts';
import { Evidence } from '../positions/evidence.ts';
import { Attendance } from '../presence/attendance.ts';

export interface DriveRequest {
  tripId: TripId;
  action: DriveAction;
  /** Reason of a cancellation, in the driver's words. */
  reason?: string | undefined;
  /** The driver's idempotency key, if it gave one. */
  key?: unknown;
}

/** The commands by which a driver changes a trip. */
type TripCommand = typeof answerOffer | typeof driveTrip;

/**
 * A driver's changes of its trips. Sends each to `trips`, logs it, and returns the trip as the driver may see it. The
 * driver's new status arrives by push, in commit order.
 */
@Injectable()
export class TripChanges {
  constructor(
    private readonly commands: CommandClient,
    private readonly attendance: Attendance,
    private readonly evidence: Evidence,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Moves a trip on by one action. */
  async drive(driverId: DriverId, request: DriveRequest, refs: RequestRefs): Promise<DriverTrip> {
    const { tripId, action, reason, key } = request;
    const idempotency = readIdempotencyKey(key, { trip_id: tripId, action, reason });
    const input = {
      driver_id: driverId,
      trip_id: tripId,
      action,
      evidence: action === 'cancel' ? null : await this.evidence.of(driverId),
      ...(reason !== undefined && { reason }),
      ...(idempotency !== undefined && { idempotency }),
    };
    return this.#change(driveTrip, input, { event: 'trip_driven', action }, refs);
  }

  /** Accepts or declines an offer. */
  async answer(
    driverId: DriverId,
    offerId: OfferId,
    answer: OfferAnswer,
    refs: RequestRefs,
    key?: unknown,
  ): Promise<DriverTrip> {
    const idempotency = readIdempotencyKey(key, { offer_id: offerId, answer });
    const input = {
      driver_id: driverId,
      offer_id: offerId,
      answer,
      ...(idempotency !== undefined && { idempotency }),
    };
    const event = answer === 'accept' ? 'offer_accepted' : 'offer_declined';
    return this.#change(answerOffer, input, { event, offer_id: offerId }, refs);
  }

  /** @param line members of its log line beside the trip and the driver */
  async #change<C extends TripCommand>(
    command: C,
    input: CommandInput<C>,
    line: { event: string; [member: string]: string },
    refs: RequestRefs,
  ): Promise<DriverTrip> {
    this.attendance.heard(input.driver_id);
    const trip = await this.commands.call<TripCommand>(command, input);
    const { trip_id, seq, state } = trip;
    this.logger.info(
      { ...line, trip_id, driver_id: input.driver_id, seq, state, ...refs },
      'trip changed by its driver',
    );
    return toDriverTrip(trip);
  }
}
