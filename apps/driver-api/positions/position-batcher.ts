import { MAX_RECORDS_PER_BATCH, type PositionRecord } from '#libs/contracts';
import type { CellKey } from '#libs/geo';

/** How long a position waits for others of its cell before the batch is published, wall time. */
export const FLUSH_INTERVAL_MS = 100;

export type PublishBatch = (cell: CellKey, records: PositionRecord[]) => void;

/**
 * Collects the records of each cell in batches: one message for many positions costs a twentieth of one message each. A
 * batch is sent when it is full, after the interval, or by {@link flush}.
 */
export class PositionBatcher {
  readonly #publish: PublishBatch;
  readonly #maxRecords: number;
  #waiting = new Map<CellKey, PositionRecord[]>();
  #timer: NodeJS.Timeout | undefined;

  constructor(publish: PublishBatch, maxRecords = MAX_RECORDS_PER_BATCH) {
    this.#publish = publish;
    this.#maxRecords = maxRecords;
  }

  add(cell: CellKey, record: PositionRecord): void {
    const records = this.#waiting.get(cell);
    if (records === undefined) this.#waiting.set(cell, [record]);
    else records.push(record);
    if ((records?.length ?? 1) >= this.#maxRecords) this.flush(cell);
    else this.#timer ??= setTimeout(() => this.flushAll(), FLUSH_INTERVAL_MS);
  }

  /** Sends the waiting batch of one cell now. */
  flush(cell: CellKey): void {
    const records = this.#waiting.get(cell);
    if (records === undefined) return;
    this.#waiting.delete(cell);
    this.#publish(cell, records);
  }

  flushAll(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const batches = this.#waiting;
    this.#waiting = new Map();
    for (const [cell, records] of batches) this.#publish(cell, records);
  }
}
