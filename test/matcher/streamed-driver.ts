import type { NatsConnection } from '@nats-io/transport-node';
import { subscribeJson, type CommandClient } from '#libs/bus';
import {
  driverPushSubject,
  encodePositionBatch,
  goOffline,
  goOnline,
  newId,
  positionSubject,
  tripChange,
  type DriverStatus,
  type OfferId,
} from '#libs/contracts';
import { cellKeyToH3, positionCellOf, type Point } from '#libs/geo';

const PING_INTERVAL_MS = 100;

/**
 * A driver who is online in `trips`, stands still, and is published on the position stream as by a driver-api.
 */
export class StreamedDriver {
  readonly driverId = newId('driver');
  /** Received offers, newest last. */
  readonly offers: OfferId[] = [];
  readonly #bus: NatsConnection;
  readonly #point: Point;
  #session = 0;
  #seq = 0;
  #status: DriverStatus = 'free';
  #statusVersion = 0;
  #timer: NodeJS.Timeout | undefined;

  private constructor(bus: NatsConnection, point: Point) {
    this.#bus = bus;
    this.#point = point;
  }

  static async online(bus: NatsConnection, commands: CommandClient, point: Point): Promise<StreamedDriver> {
    const driver = new StreamedDriver(bus, point);
    subscribeJson(
      bus,
      driverPushSubject(driver.driverId),
      tripChange,
      (change) => driver.#hear(change),
      console.error,
    );
    const record = await commands.call(goOnline, {
      driver_id: driver.driverId,
      product: 'standard',
      vehicle: { plate: 'AA-00-AA', make: 'Make', model: 'Model', color: 'red' },
    });
    driver.#session = record.session;
    driver.#statusVersion = record.driver_version;
    driver.#timer = setInterval(() => driver.#ping(), PING_INTERVAL_MS);
    return driver;
  }

  /** Goes offline in `trips`, publishes that, then is silent. Its trips must have ended. */
  async goOffline(commands: CommandClient): Promise<void> {
    clearInterval(this.#timer);
    const record = await commands.call(goOffline, { driver_id: this.driverId });
    this.#status = record.status;
    this.#statusVersion = record.driver_version;
    this.#ping();
    await this.#bus.flush();
  }

  #hear({ trip, drivers }: (typeof tripChange)['_output']): void {
    const standing = drivers.find(({ driver_id }) => driver_id === this.driverId);
    if (standing !== undefined && standing.version > this.#statusVersion) {
      this.#status = standing.status;
      this.#statusVersion = standing.version;
    }
    const offer = trip.offer;
    if (offer?.driver_id === this.driverId && !this.offers.includes(offer.offer_id))
      this.offers.push(offer.offer_id);
  }

  #ping(): void {
    const record = {
      driverId: this.driverId,
      session: this.#session,
      seq: ++this.#seq,
      ...this.#point,
      recordedAtMs: Date.now(),
      freeAtMs: 0,
      status: this.#status,
      statusVersion: this.#statusVersion,
      product: 'standard' as const,
      left: false,
      headingDeg: undefined,
      speedMps: undefined,
      rideEnd: undefined,
      booked: false,
    };
    const batch = encodePositionBatch({ sentAtMs: Date.now(), records: [record] });
    this.#bus.publish(positionSubject(cellKeyToH3(positionCellOf(this.#point))), batch);
  }
}
