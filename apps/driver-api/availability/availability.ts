import { Inject, Injectable } from '@nestjs/common';
import { CommandClient } from '#libs/bus';
import {
  goOffline,
  goOnline,
  type DriverId,
  type DriverRecord,
  type DriverView,
  type OnlineRequest,
} from '#libs/contracts';
import { LOGGER, readIdempotencyKey, type Logger } from '#libs/service';
import type { RequestRefs } from '../caller/caller.ts';
import { ShareTracks } from '../positions/share-tracks.ts';
import { Attendance } from '../presence/attendance.ts';
import { OfferDelivery } from '../presence/offer-delivery.ts';
import { driverView } from '../presence/driver-view.ts';
import { Presences } from '../presence/presences.ts';

/** Opens and ends a driver's sessions. */
@Injectable()
export class Availability {
  constructor(
    private readonly commands: CommandClient,
    private readonly attendance: Attendance,
    private readonly presences: Presences,
    private readonly shareTracks: ShareTracks,
    private readonly delivery: OfferDelivery,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** A driver's own status, session, offer and trip, as Postgres has them. */
  async read(driverId: DriverId): Promise<DriverView> {
    this.attendance.heard(driverId);
    const record = await this.attendance.read(driverId);
    const view = driverView(driverId, record, await this.#lastSeqOf(record));
    if (view.offer !== null) this.delivery.polled(driverId, view.offer.offer_id);
    return view;
  }

  /**
   * The open offer of a driver without a socket, who gets it with the answer to this request; null if there is none. Null
   * too if it cannot be read: the positions of the request are accepted all the same, and the next one asks again.
   */
  async poll(driverId: DriverId): Promise<DriverView['offer']> {
    const presence = this.presences.get(driverId);
    if (presence === undefined || presence.connection !== undefined || presence.state.offer === null)
      return null;
    try {
      return (await this.read(driverId)).offer;
    } catch (error) {
      this.logger.warn({ event: 'offer_not_read', driver_id: driverId, err: error }, 'offer not polled');
      return null;
    }
  }

  /** Opens a new session; this instance serves the driver from now on. */
  async goOnline(
    driverId: DriverId,
    { product, vehicle }: OnlineRequest,
    refs: RequestRefs,
    key?: unknown,
  ): Promise<DriverView> {
    const idempotency = readIdempotencyKey(key, { online: true, product, vehicle });
    const fetched = this.shareTracks.fetch(driverId);
    const record = await this.commands.call(goOnline, {
      driver_id: driverId,
      product,
      vehicle,
      ...(idempotency !== undefined && { idempotency }),
    });
    await fetched;
    await this.#attend(record, idempotency !== undefined);
    this.logger.info(
      { event: 'driver_online', driver_id: driverId, session: record.session, product, ...refs },
      'driver online',
    );
    return driverView(driverId, record, this.presences.get(driverId)?.lastSeq ?? null);
  }

  /** Ends a driver's session. With `session`, ends only that one: a newer session stays open. */
  async goOffline(
    driverId: DriverId,
    refs: RequestRefs | { reason: 'silent' },
    { session, key }: { session?: number; key?: unknown } = {},
  ): Promise<DriverView> {
    const idempotency = readIdempotencyKey(key, { online: false });
    const record = await this.commands.call(goOffline, {
      driver_id: driverId,
      ...(session !== undefined && { session }),
      ...('reason' in refs && { silent: true }),
      ...(idempotency !== undefined && { idempotency }),
    });
    this.attendance.changed(record);
    this.logger.info(
      { event: 'driver_offline', driver_id: driverId, session: record.session, ...refs },
      'driver offline',
    );
    return driverView(driverId, record, null);
  }

  async #lastSeqOf(record: DriverRecord | null): Promise<number | null> {
    return record?.online === true ? this.shareTracks.lastSeq(record.driver_id, record.session) : null;
  }

  /** A replayed answer may be stale: the driver may have a newer session elsewhere. So the record is read instead. */
  async #attend(answer: DriverRecord, mayBeReplayed: boolean): Promise<void> {
    const record = mayBeReplayed ? await this.attendance.read(answer.driver_id) : answer;
    if (record?.online === true && record.session === answer.session) this.attendance.attend(record);
  }
}
