import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { BUS, CommandClient, logDropped, publishJson, subscribeJson } from '#libs/bus';
import {
  DRIVER_ATTENDED_SUBJECT,
  DRIVER_CHANGED_SUBJECT,
  driverAttended,
  driverChanged,
  getDriver,
  type DriverAttended,
  type DriverChanged,
  type DriverId,
  type DriverRecord,
} from '#libs/contracts';
import { CLOCK, CONFIG, LOGGER, type BaseConfig, type Clock, type Logger } from '#libs/service';
import { CLOSE } from '#libs/stream';
import type { DriverConnection, DriverPresence } from './driver-presence.ts';
import { Presences } from './presences.ts';

/**
 * Decides which instance serves a driver: the one that heard from it last. Instances announce that to each other by
 * hints; session and status are read from `trips` whenever a driver connects.
 */
@Injectable()
export class Attendance implements OnModuleInit {
  readonly #instance: string;

  constructor(
    @Inject(CONFIG) config: BaseConfig,
    @Inject(BUS) private readonly bus: NatsConnection,
    private readonly commands: CommandClient,
    private readonly presences: Presences,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.#instance = config.instance;
  }

  onModuleInit(): void {
    const onDropped = logDropped(this.logger);
    subscribeJson(
      this.bus,
      DRIVER_ATTENDED_SUBJECT,
      driverAttended,
      (message) => this.#yieldTo(message),
      onDropped,
    );
    subscribeJson(
      this.bus,
      DRIVER_CHANGED_SUBJECT,
      driverChanged,
      (message) => void this.#readAgain(message),
      onDropped,
    );
  }

  /**
   * Serves a driver's new socket. Closes an older one of the same driver, here or elsewhere. Buffers pushes until the
   * presence is flushed, so that the welcome comes first.
   */
  async connect(
    driverId: DriverId,
    connection: DriverConnection,
  ): Promise<{ presence: DriverPresence; record: DriverRecord | null }> {
    const presence = this.presences.ensure(driverId);
    presence.connection?.close(CLOSE.superseded, 'session_superseded');
    presence.connect(connection);
    const record = await this.read(driverId);
    if (record === null) this.#announce(presence);
    else this.attend(record);
    return { presence, record };
  }

  /** Handles a closed socket. An online driver keeps its presence for a while, so that it can reconnect. */
  disconnect(driverId: DriverId, connection: DriverConnection): void {
    const presence = this.presences.get(driverId);
    if (presence?.connection !== connection) return;
    presence.disconnect(this.clock.now());
    if (!presence.attended || presence.state.session === null) this.presences.remove(presence);
  }

  /** Reads the driver's record from `trips`; null if it was never online. */
  async read(driverId: DriverId): Promise<DriverRecord | null> {
    return this.commands.call(getDriver, { driver_id: driverId });
  }

  /** Makes this instance serve the driver, with the state of the record. */
  attend(record: DriverRecord): DriverPresence {
    const presence = this.presences.ensure(record.driver_id);
    const { newestSession } = presence.state;
    const takesOver = !presence.attended || record.session > newestSession;
    presence.attend(this.clock.now());
    this.presences.applyRecord(presence, record);
    if (takesOver || presence.connection !== undefined) this.#announce(presence);
    return presence;
  }

  /** Passes the record that a command returned to the instance that serves the driver, this one or another. */
  changed(record: DriverRecord): void {
    const presence = this.presences.get(record.driver_id);
    const isOurs = presence?.attended === true;
    if (presence !== undefined) this.#apply(presence, record);
    if (isOurs) return;
    const message: DriverChanged = { driver_id: record.driver_id, driver_version: record.driver_version };
    publishJson(this.bus, DRIVER_CHANGED_SUBJECT, message);
  }

  /** Notes a sign of life: a request of the driver. */
  heard(driverId: DriverId): void {
    this.presences.get(driverId)?.heard(this.clock.now());
  }

  #announce(presence: DriverPresence): void {
    const message: DriverAttended = {
      driver_id: presence.driverId,
      instance: this.#instance,
      session: presence.state.newestSession,
      socket: presence.connection !== undefined,
    };
    publishJson(this.bus, DRIVER_ATTENDED_SUBJECT, message);
  }

  /** Applies the record. Removes the presence of an offline driver without a socket. */
  #apply(presence: DriverPresence, record: DriverRecord): void {
    this.presences.applyRecord(presence, record);
    if (presence.connection === undefined && presence.state.session === null) this.presences.remove(presence);
  }

  async #readAgain({ driver_id, driver_version }: DriverChanged): Promise<void> {
    const presence = this.presences.get(driver_id);
    if (presence === undefined || presence.state.version >= driver_version) return;
    try {
      const record = await this.read(driver_id);
      if (record !== null) this.#apply(presence, record);
    } catch (error) {
      this.logger.warn({ event: 'driver_not_read', driver_id, err: error }, 'driver changed elsewhere');
    }
  }

  /** Yields a driver to the instance that announced it. Ignores an announcement with an older session: it is stale. */
  #yieldTo(message: DriverAttended): void {
    if (message.instance === this.#instance) return;
    const presence = this.presences.get(message.driver_id);
    if (presence === undefined || message.session < presence.state.newestSession) return;
    presence.yield();
    if (message.socket) presence.connection?.close(CLOSE.superseded, 'session_superseded');
    if (presence.connection === undefined || message.socket) this.presences.remove(presence);
  }
}
