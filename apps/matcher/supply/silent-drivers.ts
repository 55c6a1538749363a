import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { SupplyIndex } from '#libs/dispatch';
import { CLOCK, type Cancel, type Clock } from '#libs/service';
import { SupplyMetrics } from './supply-metrics.ts';

/** How long a silent driver still gets offers: phones ping every few seconds. */
const DRIVER_SILENCE_TTL_MS = 30_000;
/** How often silent drivers are removed, service time. */
const EXPIRY_INTERVAL_MS = 5_000;

/** Removes drivers that have been silent for too long. */
@Injectable()
export class SilentDrivers implements OnApplicationBootstrap, OnModuleDestroy {
  #cancel: Cancel = () => {};

  constructor(
    private readonly supply: SupplyIndex,
    private readonly metrics: SupplyMetrics,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.#cancel = this.clock.every(EXPIRY_INTERVAL_MS, () => {
      this.metrics.countExpired(this.supply.expireBefore(this.clock.now() - DRIVER_SILENCE_TTL_MS));
    });
  }

  onModuleDestroy(): void {
    this.#cancel();
  }
}
