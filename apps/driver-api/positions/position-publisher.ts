import { Inject, Injectable, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { BUS } from '#libs/bus';
import { encodePositionBatch, positionSubject, type PositionRecord } from '#libs/contracts';
import { cellKeyToH3, type CellKey } from '#libs/geo';
import { CLOCK, METRICS, type Clock, type Metrics } from '#libs/service';
import { BusLink } from '../presence/bus-link.ts';
import type { DriverPresence, LastPosition } from '../presence/driver-presence.ts';
import type { DriverState } from '../presence/driver-state.ts';
import { Presences } from '../presence/presences.ts';
import { PositionBatcher } from './position-batcher.ts';
import { recordNow } from './position-record.ts';

const RECORDS_BUCKETS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2048];

/** Publishes drivers on the position stream: pings in batches, status changes at once. */
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

  /** Publishes a ping that has just been accepted. */
  moved({ record, cell }: LastPosition, previousCell: CellKey | undefined): void {
    this.#batcher.add(cell, record);
    if (previousCell !== undefined && previousCell !== cell) {
      this.#batcher.add(previousCell, { ...record, left: true });
    }
  }

  /** Republishes the positions in these cells, for a matcher that has just subscribed to them. */
  resend(cells: ReadonlySet<CellKey>): void {
    for (const presence of this.presences.all()) {
      const { last, attended } = presence;
      if (attended && last !== undefined && cells.has(last.cell)) this.#add(presence, last);
    }
    for (const cell of cells) this.#batcher.flush(cell);
  }

  /**
   * Takes a driver off the stream until its next position, so that no matcher offers it a trip. Keeps its
   * status, which Postgres decides and which comes with the position.
   */
  withdraw(presence: DriverPresence): void {
    presence.withdraw();
    if (presence.last !== undefined) this.#publishNow(presence, presence.last);
  }

  #publishNow(presence: DriverPresence, last: LastPosition): void {
    this.#add(presence, last);
    this.#batcher.flush(last.cell);
  }

  /** Adds the driver's current status at its last position; marked as left if the driver is withdrawn. */
  #add({ state, reach }: DriverPresence, { record, cell }: LastPosition): void {
    this.#batcher.add(cell, recordNow(record, state, reach === 'withdrawn'));
  }

  #statusChanged(presence: DriverPresence, before: DriverState): void {
    const { last, state, attended } = presence;
    if (last === undefined) return;
    if (attended && state.version > before.version) this.#publishNow(presence, last);
    // The position of a new session is known only from its own pings.
    if (state.session === null || state.newestSession > last.record.session) presence.forgetPosition();
  }

  #send(cell: CellKey, records: PositionRecord[]): void {
    if (!this.link.connected) {
      // The NATS client would buffer them without bound during an outage, and newer ones follow anyway.
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
    // Bounded by the cells of the service area, in which every accepted position lies.
    this.#subjects.set(cell, subject);
    return subject;
  }
}
