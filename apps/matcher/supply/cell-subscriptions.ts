import { Inject, Injectable } from '@nestjs/common';
import type { NatsConnection, Subscription } from '@nats-io/transport-node';
import { BUS, logDropped, publishJson, subscribe } from '#libs/bus';
import {
  MAX_CELLS_PER_RESEND,
  POSITIONS_RESEND_SUBJECT,
  positionSubject,
  type ResendRequest,
} from '#libs/contracts';
import type { CellKey } from '#libs/geo';
import { CONFIG, LOGGER, METRICS, type Logger, type Metrics } from '#libs/service';
import type { MatcherConfig } from '../config.ts';
import { Ownership } from '../ownership/ownership.ts';
import { PositionIntake } from './position-intake.ts';
import { cellDifference, MAX_FOLLOWED_CELLS, ShardHalos } from './shard-halos.ts';

/** Subscribes to the position cells of owned and prepared shards and of the halo around them. */
@Injectable()
export class CellSubscriptions {
  readonly #halos: ShardHalos;
  readonly #followed = new Map<string, Subscription>();
  #cells: readonly CellKey[] = [];

  constructor(
    @Inject(BUS) private readonly bus: NatsConnection,
    private readonly ownership: Ownership,
    private readonly intake: PositionIntake,
    @Inject(CONFIG) config: MatcherConfig,
    @Inject(METRICS) metrics: Metrics,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.#halos = new ShardHalos(config.pickupRadiusM);
    metrics.gauge('position_cells', 'Position cells listened to', () => this.#followed.size);
    ownership.onChange(({ warmChanged }) => {
      if (warmChanged) this.#followShards();
    });
    void this.#askAgainAfterOutages();
  }

  /** The subscribed position cells. */
  cells(): Iterable<CellKey> {
    return this.#cells;
  }

  #followShards(): void {
    const wanted = this.#halos.cellsAround(this.ownership.warm());
    this.#cells = [...wanted.values()];
    const { added, removed } = cellDifference(this.#followed, wanted);
    for (const cell of removed) this.#unfollow(cell);
    for (const [cell, key] of wanted) if (!this.#followed.has(cell)) this.#follow(cell, key);
    this.#askForPositions(added);
    const line = { cells: wanted.size, added: added.length, removed: removed.length };
    this.logger.info({ event: 'cells_followed', ...line }, `listens to ${wanted.size} position cells`);
    if (wanted.size === MAX_FOLLOWED_CELLS) {
      this.logger.error({ event: 'cells_cut', ...line }, 'owns more area than it can listen to');
    }
  }

  #follow(cell: string, key: CellKey): void {
    if (this.bus.isClosed()) return;
    const subscription = subscribe(
      this.bus,
      positionSubject(cell),
      (message) => this.intake.take(message.data, key),
      logDropped(this.logger),
    );
    this.#followed.set(cell, subscription);
  }

  /** Drivers in the cell expire by silence. Until then no owned pickup is near enough to offer them a trip. */
  #unfollow(cell: string): void {
    this.#followed.get(cell)?.unsubscribe();
    this.#followed.delete(cell);
  }

  /** Messages published during an outage of the bus are lost: drivers may have come, gone, or changed their status. */
  async #askAgainAfterOutages(): Promise<void> {
    for await (const { type } of this.bus.status())
      if (type === 'reconnect') this.#askForPositions([...this.#followed.keys()]);
  }

  /** Uses the connection that has just subscribed, so the server knows the subscription before any reply. */
  #askForPositions(cells: readonly string[]): void {
    for (let start = 0; start < cells.length; start += MAX_CELLS_PER_RESEND) {
      const request: ResendRequest = { cells: cells.slice(start, start + MAX_CELLS_PER_RESEND) };
      publishJson(this.bus, POSITIONS_RESEND_SUBJECT, request);
    }
  }
}
