import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { CommandClient } from '#libs/bus';
import {
  HailgridError,
  noteDelivery,
  type DriverId,
  type OfferId,
  type OfferDelivery as Delivery,
} from '#libs/contracts';
import { CLOCK, LOGGER, type Clock, type Logger } from '#libs/service';
import type { DriverConnection, DriverPresence } from './driver-presence.ts';
import { pollWaitMs } from './poll-wait.ts';
import { Presences } from './presences.ts';

/**
 * How long an offer waits for a driver whose socket has closed, wall time. A phone that changes networks reconnects
 * within a few hundred milliseconds, also at another instance.
 */
const RETURN_LIMIT_MS = 750;

/**
 * How an offer fares: its app acknowledged it, its WebSocket answered, or the app got it with the answer to a request;
 * it waits for the driver's next request, which was too late, or has nobody to go to.
 */
type Way = 'received' | 'socket' | 'poll' | 'polling' | 'missed' | 'unreachable';

/**
 * Tells `trips` whether offers reach their phones. An app that knows the frame `received` acknowledges each offer by it.
 * For an app that has never sent one, its WebSocket's answer to a ping behind the offer counts; for one without a
 * socket, the answer to `GET /v1/driver` or `POST /v1/driver/positions`, which is waited for longer. A driver whose socket
 * has closed and is not back soon is reported unreachable. Without a report `trips` asks the next driver after two seconds.
 */
@Injectable()
export class OfferDelivery implements OnModuleInit {
  constructor(
    private readonly commands: CommandClient,
    private readonly presences: Presences,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    this.presences.onChange((presence, before) => {
      const { offer } = presence.state;
      if (offer !== null && offer.offerId !== before.offer?.offerId) this.#offered(presence, offer.offerId);
    });
    this.presences.onAdded((presence) => {
      presence.onOfferSent((connection, offerId) => this.sent(presence, connection, offerId));
    });
  }

  /** An offer has been written to the driver's socket. */
  sent(presence: DriverPresence, connection: DriverConnection, offerId: OfferId): void {
    if (presence.acknowledges) return;
    connection.probe(() => {
      if (!presence.acknowledges) void this.#report(presence.driverId, offerId, 'socket');
    });
  }

  /** The driver's app has acknowledged an offer. Throws `offer_closed` if it is not open. */
  async received(driverId: DriverId, offerId: OfferId): Promise<void> {
    this.presences.get(driverId)?.noteAcknowledges();
    if (!(await this.#note(driverId, offerId, 'received')))
      throw new HailgridError('offer_closed', `${offerId} was received late`);
  }

  /** The driver has read its state, with this offer, over HTTP. */
  polled(driverId: DriverId, offerId: OfferId): void {
    void this.#report(driverId, offerId, 'poll');
  }

  /** An offer has been made to the driver. Reports one that goes to no socket. */
  #offered(presence: DriverPresence, offerId: OfferId): void {
    if (isPolling(presence)) this.#awaitRequest(presence, offerId);
    if (!isUnreachable(presence)) return;
    setTimeout(() => {
      const isOpen = presence.state.offer?.offerId === offerId;
      if (isOpen && isUnreachable(presence)) void this.#report(presence.driverId, offerId, 'unreachable');
    }, RETURN_LIMIT_MS).unref();
  }

  /** Waits for the next request of a driver who only sends requests. An offer that it got meanwhile is left alone. */
  #awaitRequest(presence: DriverPresence, offerId: OfferId): void {
    const { driverId, heardAtMs } = presence;
    const waitMs = pollWaitMs((this.clock.now() - heardAtMs) / this.clock.speed);
    if (waitMs === null) return;
    void this.#report(driverId, offerId, 'polling');
    setTimeout(() => {
      if (presence.state.offer?.offerId === offerId) void this.#report(driverId, offerId, 'missed');
    }, waitMs).unref();
  }

  /** A report that is lost costs an offer, not a trip: `trips` asks the next driver. */
  async #report(driverId: DriverId, offerId: OfferId, way: Way): Promise<void> {
    try {
      await this.#note(driverId, offerId, way);
    } catch (error) {
      this.logger.warn({ event: 'delivery_not_noted', driver_id: driverId, offer_id: offerId, err: error });
    }
  }

  async #note(driverId: DriverId, offerId: OfferId, way: Way): Promise<boolean> {
    const ids = { driver_id: driverId, offer_id: offerId };
    const { open } = await this.commands.call(noteDelivery, { ...ids, delivery: deliveryOf(way) });
    this.logger.info({ event: `offer_${deliveryOf(way)}`, ...ids, way, open }, 'offer delivery');
    return open;
  }
}

function deliveryOf(way: Way): Delivery {
  return way === 'received' || way === 'socket' || way === 'poll' ? 'delivered' : way;
}

/** Whether this instance serves the driver, who only sends requests. */
function isPolling({ connection, attended, reach }: DriverPresence): boolean {
  return connection === undefined && attended && reach === 'present';
}

/** Whether this instance serves the driver, and its socket has closed. */
function isUnreachable({ connection, attended, reach }: DriverPresence): boolean {
  return connection === undefined && attended && reach !== 'present';
}
