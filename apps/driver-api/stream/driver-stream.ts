import { Inject, Injectable } from '@nestjs/common';
import {
  asHailgridError,
  toTimestamp,
  type DriverClientFrame,
  type DriverId,
  type DriverServerFrame,
  type DriverTrip,
  type DriverView,
} from '#libs/contracts';
import { CLOCK, type Clock } from '#libs/service';
import type { StreamHandler } from '#libs/stream';
import { Availability } from '../availability/availability.ts';
import { driverOf, type RequestRefs } from '../caller/caller.ts';
import { ReceivePosition } from '../positions/receive-position.ts';
import { ShareTracks } from '../positions/share-tracks.ts';
import { Attendance } from '../presence/attendance.ts';
import type { DriverConnection } from '../presence/driver-presence.ts';
import { driverView } from '../presence/driver-view.ts';
import { OfferDelivery } from '../presence/offer-delivery.ts';
import { TripChanges } from '../trips/trip-changes.ts';
import { ResumeTrips } from './resume-trips.ts';

type FrameOf<T extends DriverClientFrame['type']> = Extract<DriverClientFrame, { type: T }>;
type StateFrame = Exclude<
  DriverClientFrame,
  FrameOf<'position' | 'heartbeat' | 'token' | 'resume' | 'received'>
>;
type Answer = { driver: DriverView } | { trip: DriverTrip };

/** The sockets of drivers. Each frame goes to the same service as the REST route of that name. */
@Injectable()
export class DriverStream implements StreamHandler<DriverClientFrame, DriverServerFrame> {
  constructor(
    private readonly attendance: Attendance,
    private readonly receivePosition: ReceivePosition,
    private readonly availability: Availability,
    private readonly tripChanges: TripChanges,
    private readonly resumeTrips: ResumeTrips,
    private readonly shareTracks: ShareTracks,
    private readonly delivery: OfferDelivery,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async opened(connection: DriverConnection): Promise<void> {
    const driverId = driverOf(connection.caller);
    const { presence, record } = await this.attendance.connect(driverId, connection);
    const lastSeq = record?.online === true ? await this.shareTracks.lastSeq(driverId, record.session) : null;
    const data = { driver: driverView(driverId, record, lastSeq), at: toTimestamp(this.clock.now()) };
    connection.send({ type: 'welcome', data });
    if (data.driver.offer !== null) this.delivery.sent(presence, connection, data.driver.offer.offer_id);
    presence.flush(connection);
  }

  received(connection: DriverConnection, frame: DriverClientFrame): Promise<void> | void {
    const driverId = driverOf(connection.caller);
    switch (frame.type) {
      case 'heartbeat':
      case 'token':
        return undefined;
      case 'position':
        return this.receivePosition.receive(driverId, frame.data);
      case 'resume':
        return this.#resume(connection, driverId, frame);
      case 'received':
        // Not waited for: the driver's answer, which may come next, must not be late for it.
        void this.#received(connection, driverId, frame);
        return undefined;
      default:
        return this.#acknowledge(connection, driverId, frame);
    }
  }

  closed(connection: DriverConnection): void {
    this.attendance.disconnect(driverOf(connection.caller), connection);
  }

  async #resume(
    connection: DriverConnection,
    driverId: DriverId,
    { id, data }: FrameOf<'resume'>,
  ): Promise<void> {
    await this.resumeTrips.execute(driverId, connection, data.trips);
    connection.send({ type: 'ack', ...(id !== undefined && { id }), data: {} });
  }

  async #received(
    connection: DriverConnection,
    driverId: DriverId,
    { id, data }: FrameOf<'received'>,
  ): Promise<void> {
    try {
      await this.delivery.received(driverId, data.offer_id);
      connection.send({ type: 'ack', ...(id !== undefined && { id }), data: {} });
    } catch (thrown) {
      connection.sendError(asHailgridError(thrown), id);
    }
  }

  async #acknowledge(connection: DriverConnection, driverId: DriverId, frame: StateFrame): Promise<void> {
    const data = await this.#change(driverId, frame, { frame_id: frame.id, connection: connection.id });
    connection.send({ type: 'ack', ...(frame.id !== undefined && { id: frame.id }), data });
  }

  async #change(driverId: DriverId, frame: StateFrame, refs: RequestRefs): Promise<Answer> {
    const { idempotency_key: key } = frame;
    switch (frame.type) {
      case 'online':
        return { driver: await this.availability.goOnline(driverId, frame.data, refs, key) };
      case 'offline':
        return { driver: await this.availability.goOffline(driverId, refs, { key }) };
      case 'accept':
      case 'decline':
        return {
          trip: await this.tripChanges.answer(driverId, frame.data.offer_id, frame.type, refs, key),
        };
      case 'arrived':
      case 'start':
      case 'complete':
        return { trip: await this.#drive(driverId, frame, undefined, refs) };
      case 'cancel':
        return { trip: await this.#drive(driverId, frame, frame.data.reason, refs) };
    }
  }

  #drive(
    driverId: DriverId,
    frame: FrameOf<'arrived' | 'start' | 'complete' | 'cancel'>,
    reason: string | undefined,
    refs: RequestRefs,
  ): Promise<DriverTrip> {
    return this.tripChanges.drive(
      driverId,
      { tripId: frame.data.trip_id, action: frame.type, reason, key: frame.idempotency_key },
      refs,
    );
  }
}
