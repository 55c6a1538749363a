import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { CommandClient } from '#libs/bus';
import { HailgridError, noteDelivery, type DriverId, type OfferId } from '#libs/contracts';
import { LOGGER, type Logger } from '#libs/service';
import type { DriverConnection, DriverPresence } from './driver-presence.ts';
import { Presences } from './presences.ts';

/**
 * How long an offer waits for a driver whose socket has closed, wall time. A phone that changes networks reconnects
 * within a few hundred milliseconds, also at another instance.
 */
const RETURN_LIMIT_MS = 750;

/** How an offer reached a phone: its app said so, its WebSocket answered, or it read its state over HTTP. */
type Way = 'received' | 'socket' | 'poll';

/**
 * Tells `trips` whether offers reach their phones. An app that knows the frame `received` acknowledges each offer by it.
 * For an app that has never sent one, its WebSocket's answer to a ping behind the offer counts; for one without a
 * socket, the answer to `GET /v1/driver`. A driver whose socket has closed and is not back soon is reported unreachable.
 * Without a report `trips` asks the next driver after two seconds.
 */
@Injectable()
export class OfferDelivery implements OnModuleInit {
  constructor(
    private readonly commands: CommandClient,
    private readonly presences: Presences,
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

  /** A driver who only sends requests is left alone: it has until the deadline to read the offer. */
  #offered(presence: DriverPresence, offerId: OfferId): void {
    if (!isUnreachable(presence)) return;
    setTimeout(() => {
      const isOpen = presence.state.offer?.offerId === offerId;
      if (isOpen && isUnreachable(presence)) void this.#report(presence.driverId, offerId, null);
    }, RETURN_LIMIT_MS).unref();
  }

  /** A report that is lost costs an offer, not a trip: `trips` asks the next driver. */
  async #report(driverId: DriverId, offerId: OfferId, way: Way | null): Promise<void> {
    try {
      await this.#note(driverId, offerId, way);
    } catch (error) {
      this.logger.warn({ event: 'delivery_not_noted', driver_id: driverId, offer_id: offerId, err: error });
    }
  }

  async #note(driverId: DriverId, offerId: OfferId, way: Way | null): Promise<boolean> {
    const ids = { driver_id: driverId, offer_id: offerId };
    const { open } = await this.commands.call(noteDelivery, { ...ids, delivered: way !== null });
    const event = way === null ? 'offer_unreachable' : 'offer_delivered';
    this.logger.info({ event, ...ids, way, open }, 'offer delivery');
    return open;
  }
}

/** Whether this instance serves the driver, and its socket has closed. */
function isUnreachable({ connection, attended, reach }: DriverPresence): boolean {
  return connection === undefined && attended && reach !== 'present';
}
