import { Inject, Injectable } from '@nestjs/common';
import { decodePositionBatch, type PositionBatch } from '#libs/contracts';
import { SupplyIndex } from '#libs/dispatch';
import type { CellKey } from '#libs/geo';
import { CLOCK, type Clock } from '#libs/service';
import { applyBatch, emptyTally } from './apply-batch.ts';
import { PingCounts } from './ping-counts.ts';
import { SupplyMetrics } from './supply-metrics.ts';

/** The hot path: one message, one batch, straight into the index. Nothing here waits. */
@Injectable()
export class PositionIntake {
  constructor(
    private readonly supply: SupplyIndex,
    private readonly metrics: SupplyMetrics,
    private readonly pings: PingCounts,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** A payload that is no batch is counted and forgotten: one broken sender must not stop the others. */
  take(payload: Uint8Array, cell: CellKey): void {
    let batch: PositionBatch;
    try {
      batch = decodePositionBatch(payload);
    } catch {
      this.metrics.countMalformed();
      return;
    }
    const startedAt = performance.now();
    const nowMs = this.clock.now();
    const tally = emptyTally();
    applyBatch(this.supply, batch, cell, nowMs, tally);
    this.metrics.countBatch(tally, nowMs - batch.sentAtMs);
    this.pings.count(cell, batch.records.length, performance.now() - startedAt);
  }
}
