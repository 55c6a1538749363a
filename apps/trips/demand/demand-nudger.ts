import { Inject, Injectable } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { BUS, requestJson } from '#libs/bus';
import { demandNudgeReply, demandSubject, type TripId } from '#libs/contracts';
import { LOGGER, METRICS, Metrics, type Logger } from '#libs/service';
import { ShardDirectory } from '../shards/shard-directory.ts';

/** A nudge is a hint: the matcher's own sweep finds within a second what it misses. */
const NUDGE_TIMEOUT_MS = 500;
export const MAX_NUDGES_IN_FLIGHT = 1_000;
/** A wrong route is corrected once. */
const MAX_ATTEMPTS = 2;

/** Tells the owner of a pickup's shard that its open demand has changed. */
@Injectable()
export class DemandNudger {
  readonly #bus: NatsConnection;
  readonly #directory: ShardDirectory;
  readonly #logger: Logger;
  readonly #nudges;
  #inFlight = 0;

  constructor(
    @Inject(BUS) bus: NatsConnection,
    @Inject(ShardDirectory) directory: ShardDirectory,
    @Inject(LOGGER) logger: Logger,
    @Inject(METRICS) metrics: Metrics,
  ) {
    this.#bus = bus;
    this.#directory = directory;
    this.#logger = logger;
    this.#nudges = metrics.counter('demand_nudges_total', 'nudges to matchers by outcome', ['outcome']);
  }

  /** Returns at once; past the bound nudges are left to the matcher's sweep. */
  nudge(tripId: TripId, pickupCell: string): void {
    if (this.#inFlight >= MAX_NUDGES_IN_FLIGHT) return this.#nudges.inc({ outcome: 'dropped' });
    this.#inFlight += 1;
    this.#send(tripId, pickupCell)
      .then((outcome) => this.#nudges.inc({ outcome }))
      .catch((error: unknown) => {
        this.#nudges.inc({ outcome: 'unanswered' });
        this.#logger.debug({ event: 'nudge_unanswered', trip_id: tripId, err: error });
      })
      .finally(() => {
        this.#inFlight -= 1;
      });
  }

  async #send(tripId: TripId, pickupCell: string): Promise<'noted' | 'unowned' | 'moved'> {
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      const owner = this.#directory.route(pickupCell);
      if (owner === undefined) return 'unowned';
      const nudge = { shard: owner.shard, epoch: owner.epoch, trip_id: tripId };
      const reply = await requestJson(
        this.#bus,
        demandSubject(owner.owner),
        nudge,
        demandNudgeReply,
        NUDGE_TIMEOUT_MS,
      );
      if (reply.result === 'noted') return 'noted';
      if (reply.claim === null) await this.#directory.reload();
      else this.#directory.learn([reply.claim]);
    }
    return 'moved';
  }
}
