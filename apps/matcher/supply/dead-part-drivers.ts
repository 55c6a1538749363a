import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { SupplyIndex } from '#libs/dispatch';
import {
  CLOCK,
  LOGGER,
  METRICS,
  machineTime,
  type Cancel,
  type Clock,
  type Logger,
  type Metrics,
} from '#libs/service';
import { TRAVEL_TIMES, type TravelTimes } from '#libs/travel-time';
import type { DriverId } from '#libs/trip';

/** How often the free drivers in dead parts are counted, wall time: about a millisecond for each thousand drivers. */
const COUNT_INTERVAL_MS = 5_000;
/** How many drivers one log line names; all of them are counted. */
const MAX_LOGGED_DRIVERS = 20;

/**
 * Counts the free drivers who stand in a dead part of the streets. Their drives are estimated by straight line, so a
 * number that stays above 0 means that a way out is missing from the street files.
 */
@Injectable()
export class DeadPartDrivers implements OnApplicationBootstrap, OnModuleDestroy {
  #drivers: ReadonlySet<DriverId> = new Set();
  #cancel: Cancel = () => {};

  constructor(
    private readonly supply: SupplyIndex,
    @Inject(TRAVEL_TIMES) private readonly travelTimes: TravelTimes,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(METRICS) metrics: Metrics,
  ) {
    metrics.gauge(
      'drivers_in_dead_part',
      'Free drivers in sight on streets without a way back',
      () => this.count,
    );
  }

  /** At the last count. */
  get count(): number {
    return this.#drivers.size;
  }

  onApplicationBootstrap(): void {
    this.#cancel = this.clock.every(machineTime(this.clock, COUNT_INTERVAL_MS), () => this.look());
  }

  onModuleDestroy(): void {
    this.#cancel();
  }

  /** Counts them again, and logs those that were not there before. */
  look(): void {
    const before = this.#drivers;
    const now = new Set<DriverId>();
    for (const { driverId, point } of this.supply.freeDrivers())
      if (this.travelTimes.isInDeadPart(point)) now.add(driverId);
    this.#drivers = now;
    const added = [...now].filter((driverId) => !before.has(driverId));
    if (added.length === 0) return;
    this.logger.warn(
      { event: 'drivers_in_dead_part', drivers: added.slice(0, MAX_LOGGED_DRIVERS), count: now.size },
      'drivers stand on streets without a way back; their drives are estimated by straight line',
    );
  }
}
