import { Inject, Injectable } from '@nestjs/common';
import { decodePositionBatch, type PositionBatchView } from '#libs/contracts';
import { SupplyIndex } from '#libs/dispatch';
import type { CellKey } from '#libs/geo';
import { CLOCK, type Clock } from '#libs/service';
import { applyBatch } from './apply-batch.ts';
import { PingCounts } from './ping-counts.ts';
import { SupplyMetrics } from './supply-metrics.ts';

/** Applies each batch of positions to the index on arrival, synchronously: the hot path. */
@Injectable()
export class PositionIntake {
  constructor(
    private readonly supply: SupplyIndex,
    private readonly metrics: SupplyMetrics,
    private readonly pings: PingCounts,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Counts and drops a malformed payload: one broken sender must not stop the others. */
  take(payload: Uint8Array, cell: CellKey): void {
    let batch: PositionBatchView;
    try {
      batch = decodePositionBatch(payload);
    } catch {
      this.metrics.countMalformed();
      return;
    }
    const startedAt = performance.now();
    const nowMs = this.clock.now();
    const tally = applyBatch(this.supply, batch, cell, nowMs);
    this.metrics.countBatch(tally, nowMs - batch.sentAtMs);
    this.pings.count(cell, batch.length, performance.now() - startedAt);
  }
}
