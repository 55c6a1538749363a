import { Injectable } from '@nestjs/common';
import type { CellKey } from '#libs/geo';

/** Positions received since the previous call, by position cell. */
export interface CountedPings {
  readonly byCell: ReadonlyMap<CellKey, number>;
  /** Time spent on position intake. */
  readonly busyMs: number;
}

/** Counts positions by cell on the hot path, with one addition per batch. The subscribed cells bound its size. */
@Injectable()
export class PingCounts {
  #byCell = new Map<CellKey, number>();
  #busyMs = 0;

  count(cell: CellKey, records: number, busyMs: number): void {
    this.#byCell.set(cell, (this.#byCell.get(cell) ?? 0) + records);
    this.#busyMs += busyMs;
  }

  take(): CountedPings {
    const counted = { byCell: this.#byCell, busyMs: this.#busyMs };
    this.#byCell = new Map();
    this.#busyMs = 0;
    return counted;
  }
}
