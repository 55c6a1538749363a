import { Inject, Injectable } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { BUS, logDropped, subscribeJson } from '#libs/bus';
import {
  driverPushSubject,
  HailgridError,
  tripChange,
  type DriverId,
  type DriverRecord,
  type TripChange,
} from '#libs/contracts';
import { CLOCK, LOGGER, METRICS, type Clock, type Logger, type Metrics } from '#libs/service';
import { DriverPresence } from './driver-presence.ts';
import { afterChange, afterRecord, type DriverState } from './driver-state.ts';

/**
 * How many drivers one process serves; a further one gets `unavailable` and tries another instance.
 */
export const MAX_PRESENCES = 50_000;

type StateListener = (presence: DriverPresence, before: DriverState) => void;

/** The drivers of this instance. Pushed changes keep their states up to date. */
@Injectable()
export class Presences {
  readonly #byDriver = new Map<DriverId, DriverPresence>();
  readonly #listeners: StateListener[] = [];
  #added: (presence: DriverPresence) => void = () => undefined;

  constructor(
    @Inject(BUS) private readonly bus: NatsConnection,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(METRICS) metrics: Metrics,
  ) {
    metrics.gauge('drivers_connected', 'Drivers with an open socket', () =>
      this.#count((presence) => presence.connection !== undefined),
    );
    metrics.gauge('drivers_online', 'Online drivers whose presence this instance holds', () =>
      this.#count((presence) => presence.attended && presence.state.session !== null),
    );
  }

  /** Calls `listener` after each change of a driver's state. */
  onChange(listener: StateListener): void {
    this.#listeners.push(listener);
  }

  /** Calls `listener` with each new presence. */
  onAdded(listener: (presence: DriverPresence) => void): void {
    this.#added = listener;
  }

  get(driverId: DriverId): DriverPresence | undefined {
    return this.#byDriver.get(driverId);
  }

  all(): IterableIterator<DriverPresence> {
    return this.#byDriver.values();
  }

  /** Returns the driver's presence; creates a missing one. Throws `unavailable` if the process is full. */
  ensure(driverId: DriverId): DriverPresence {
    const known = this.#byDriver.get(driverId);
    if (known !== undefined) return known;
    if (this.#byDriver.size >= MAX_PRESENCES) {
      throw new HailgridError('unavailable', `${MAX_PRESENCES} drivers are served here`);
    }
    const presence = new DriverPresence(driverId, this.clock.now());
    const pushes = subscribeJson(
      this.bus,
      driverPushSubject(driverId),
      tripChange,
      (change) => this.#applyChange(presence, change),
      logDropped(this.logger),
    );
    presence.receivePushes(pushes);
    this.#byDriver.set(driverId, presence);
    this.#added(presence);
    return presence;
  }

  /** Applies a record that was read or returned by a command. */
  applyRecord(presence: DriverPresence, record: DriverRecord): void {
    this.#advance(presence, afterRecord(presence.state, record));
  }

  /** Ends the presence. Keeps a newer one of the same driver. */
  remove(presence: DriverPresence): void {
    presence.end();
    if (this.#byDriver.get(presence.driverId) === presence) this.#byDriver.delete(presence.driverId);
  }

  #applyChange(presence: DriverPresence, change: TripChange): void {
    const { offer } = presence.state;
    this.#advance(presence, afterChange(presence.state, presence.driverId, change));
    presence.push(change, offer);
  }

  #advance(presence: DriverPresence, state: DriverState): void {
    const before = presence.state;
    if (!presence.advance(state)) return;
    for (const listener of this.#listeners) listener(presence, before);
  }

  #count(matches: (presence: DriverPresence) => boolean): number {
    let count = 0;
    for (const presence of this.#byDriver.values()) if (matches(presence)) count += 1;
    return count;
  }
}
