import { Controller, Get, Inject } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { BUS } from '#libs/bus';
import {
  getSystemHealth,
  MAX_COUNTED_OUTBOX_ENTRIES,
  routerPath,
  type EventStreamHealth,
  type NatsHealth,
  type OutboxHealth,
  type PostgresHealth,
  type SystemHealth,
} from '#libs/contracts';
import { eventStreamState } from '#libs/event-stream';
import { CONFIG, ForRole, LOGGER, type Logger } from '#libs/service';
import { measureOutbox, readReplication, TripStore } from '#libs/store';
import type { TripsConfig } from '../config.ts';

/** How long each part may take to answer, wall time; a slower part is reported as null. */
const PART_LIMIT_MS = 2_000;
const MS_PER_S = 1_000;

/** Tells operators how Postgres, NATS and what is between them are. Asked while one of them is broken, it tells the others. */
@Controller()
export class HealthController {
  constructor(
    private readonly store: TripStore,
    @Inject(BUS) private readonly bus: NatsConnection,
    @Inject(CONFIG) private readonly config: TripsConfig,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Get(routerPath(getSystemHealth))
  @ForRole('operator')
  async health(): Promise<SystemHealth> {
    const [postgres, outbox, nats, eventStream] = await Promise.all([
      this.#orNull('postgres', this.#postgres()),
      this.#orNull('outbox', this.#outbox()),
      this.#orNull('nats', this.#nats()),
      this.#orNull('event_stream', this.#eventStream()),
    ]);
    return { seen_by: this.config.instance, postgres, outbox, nats, event_stream: eventStream };
  }

  async #postgres(): Promise<PostgresHealth> {
    const { standbys, ...primary } = await readReplication(this.store);
    return {
      ...primary,
      standbys: standbys.map(({ syncState, replayLagMs, behindBytes, ...standby }) => ({
        ...standby,
        sync_state: syncState,
        replay_lag_ms: replayLagMs,
        behind_bytes: behindBytes,
      })),
    };
  }

  async #outbox(): Promise<OutboxHealth> {
    const { entries, oldestAtMs } = await measureOutbox(this.store, MAX_COUNTED_OUTBOX_ENTRIES);
    const ageMs = oldestAtMs === null ? null : Math.max(0, this.store.nowMs - oldestAtMs);
    return { entries, oldest_s: ageMs === null ? null : ageMs / MS_PER_S };
  }

  async #nats(): Promise<NatsHealth | null> {
    const rttMs = await this.bus.rtt();
    const { info } = this.bus;
    if (info === undefined) return null;
    return { server: info.server_name, cluster: info.cluster ?? null, rtt_ms: rttMs };
  }

  async #eventStream(): Promise<EventStreamHealth | null> {
    const found = await eventStreamState(this.bus, PART_LIMIT_MS);
    if (found === undefined) return null;
    const { state, cluster } = found;
    return {
      messages: state.messages,
      bytes: state.bytes,
      leader: cluster?.leader ?? null,
      replicas: (cluster?.replicas ?? []).map(({ name, current, lag }) => ({
        server: name,
        current,
        behind_messages: lag ?? 0,
      })),
    };
  }

  /** Null for a part that fails or is silent. */
  async #orNull<T>(name: keyof SystemHealth, part: Promise<T | null>): Promise<T | null> {
    let late: NodeJS.Timeout | undefined;
    const silent = new Promise<null>((resolve) => {
      late = setTimeout(() => resolve(null), PART_LIMIT_MS);
    });
    const answer = part.catch((error: unknown) => {
      this.logger.warn({ event: 'health_part_failed', part: name, err: error });
      return null;
    });
    const told = await Promise.race([answer, silent]);
    clearTimeout(late);
    return told;
  }
}
