import { Inject, Injectable, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { BUS } from '#libs/bus';
import { encodePositionBatch, positionSubject, type PositionRecord } from '#libs/contracts';
import { cellKeyToH3, type CellKey } from '#libs/geo';
import { CLOCK, METRICS, type Clock, type Metrics } from '#libs/service';
import { BusLink } from '../presence/bus-link.ts';
import type { DriverPresence, LastPosition } from '../presence/driver-presence.ts';
import { REACH_AFTER } from '../presence/reach.ts';
import type { DriverState } from '../presence/driver-state.ts';
import { Presences } from '../presence/presences.ts';
import { PositionBatcher } from './position-batcher.ts';
import { currentRecord, hereRecord, leftRecord } from './position-record.ts';

const RECORDS_BUCKETS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2048];

/** Puts drivers on the position stream: their pings in batches, a change of status at once. */
@Injectable()
export class PositionPublisher implements OnModuleInit, BeforeApplicationShutdown {
  readonly #batcher = new PositionBatcher((cell, records) => this.#send(cell, records));
  readonly #subjects = new Map<CellKey, string>();
  readonly #recordsPerBatch;
  readonly #dropped;

  constructor(
    @Inject(BUS) private readonly bus: NatsConnection,
    private readonly link: BusLink,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly presences: Presences,
    @Inject(METRICS) metrics: Metrics,
  ) {
    this.#recordsPerBatch = metrics.histogram(
      'position_batch_records',
      'Records in each position batch published',
      RECORDS_BUCKETS,
    );
    this.#dropped = metrics.counter(
      'position_records_dropped_total',
      'Position records dropped while NATS was away',
    );
  }

  onModuleInit(): void {
    this.presences.onChange((presence, before) => this.#statusChanged(presence, before));
  }

  beforeApplicationShutdown(): void {
    this.#batcher.flushAll();
  }

  /** The driver's newest position, which has just been accepted. */
  moved(presence: DriverPresence, position: LastPosition, previousCell: CellKey | undefined): void {
    this.#batcher.add(position.cell, hereRecord(presence, position));
    if (previousCell !== undefined && previousCell !== position.cell) {
      this.#batcher.add(previousCell, leftRecord(presence, position));
    }
  }

  /** Publishes what is known of these cells again, for a matcher that has just begun to listen to them. */
  resend(cells: ReadonlySet<CellKey>): void {
    for (const presence of this.presences.all()) {
      const { lastPosition: position, attended } = presence;
      if (attended && position !== undefined && cells.has(position.cell)) {
        this.#batcher.add(position.cell, currentRecord(presence, position));
      }
    }
    for (const cell of cells) this.#batcher.flush(cell);
  }

  /**
   * Takes a driver off the stream until its next position, so that no matcher offers it a trip. Its status is not
   * touched: that is for Postgres to say, and comes with the position.
   */
  withdraw(presence: DriverPresence): void {
    presence.reach = REACH_AFTER[presence.reach].withdraw;
    if (presence.lastPosition !== undefined) this.#publishNow(presence, presence.lastPosition);
  }

  #publishNow(presence: DriverPresence, position: LastPosition): void {
    this.#batcher.add(position.cell, currentRecord(presence, position));
    this.#batcher.flush(position.cell);
  }

  #statusChanged(presence: DriverPresence, before: DriverState): void {
    const { lastPosition: position, state, attended } = presence;
    if (position === undefined) return;
    if (attended && state.version > before.version) this.#publishNow(presence, position);
    // Where the driver is in its next session, only that session's pings say.
    if (state.session === null || state.newestSession > position.session) presence.lastPosition = undefined;
  }

  #send(cell: CellKey, records: PositionRecord[]): void {
    if (!this.link.connected) {
      // The client would keep them for its return, without bound and to nobody's use: newer ones follow.
      this.#dropped.inc(records.length);
      return;
    }
    this.#recordsPerBatch.observe(records.length);
    this.bus.publish(this.#subjectOf(cell), encodePositionBatch({ sentAtMs: this.clock.now(), records }));
  }

  #subjectOf(cell: CellKey): string {
    const known = this.#subjects.get(cell);
    if (known !== undefined) return known;
    const subject = positionSubject(cellKeyToH3(cell));
    // As many as there are cells in the service area, which every accepted position lies in.
    this.#subjects.set(cell, subject);
    return subject;
  }
}
