import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { BUS, logDropped, serveJson } from '#libs/bus';
import {
  EXPLAIN_DRIVER_SUBJECT,
  explainDriverRequest,
  explainRequest,
  EXPLAIN_SUBJECT,
  MAX_EXPLAINED_DRIVER_ROUNDS,
  toTimestamp,
  type DriverId,
  type ExplainDriverReply,
  type ExplainDriverRequest,
  type ExplainedDriverRound,
  type ExplainedRound,
  type ExplainReply,
  type ExplainRequest,
} from '#libs/contracts';
import { ExplainLog, type TripExplanation } from '#libs/dispatch';
import type { Point } from '#libs/geo';
import { CONFIG, LOGGER, type BaseConfig, type Logger } from '#libs/service';

/** Explains how this matcher's rounds treated a trip, or a driver. Every matcher answers, since trips change owners with their shards. */
@Injectable()
export class ExplainHandler implements OnApplicationBootstrap {
  readonly #self: string;

  constructor(
    @Inject(BUS) private readonly bus: NatsConnection,
    @Inject(CONFIG) config: BaseConfig,
    private readonly log: ExplainLog,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.#self = config.instance;
  }

  onApplicationBootstrap(): void {
    const dropped = logDropped(this.logger);
    serveJson(this.bus, EXPLAIN_SUBJECT, explainRequest, (asked) => this.#explain(asked), dropped);
    serveJson(
      this.bus,
      EXPLAIN_DRIVER_SUBJECT,
      explainDriverRequest,
      (asked) => this.#explainDriver(asked),
      dropped,
    );
  }

  #explainDriver({ driver_id: driverId, from, to }: ExplainDriverRequest): ExplainDriverReply {
    const [fromMs, toMs] = [Date.parse(from), Date.parse(to)];
    const rounds = this.log.roundsWith(driverId, fromMs, toMs, MAX_EXPLAINED_DRIVER_ROUNDS);
    return { rounds: rounds.flatMap((round) => this.#toDriverRound(round, driverId)) };
  }

  #toDriverRound(round: TripExplanation, driverId: DriverId): ExplainedDriverRound[] {
    const { candidates, ...decision } = this.#toMessage(round);
    const candidate = candidates.find(({ driver_id }) => driver_id === driverId);
    const chosen = candidates.find(({ reason }) => reason === 'offered' || reason === 'reassigned');
    return candidate === undefined
      ? []
      : [{ ...decision, trip_id: round.tripId, candidate, chosen: chosen ?? null }];
  }

  #explain({ trip_id }: ExplainRequest): ExplainReply {
    return { rounds: this.log.roundsOf(trip_id).map((round) => this.#toMessage(round)) };
  }

  #toMessage({ shard, roundAtMs, outcome, skipCostS, candidates }: TripExplanation): ExplainedRound {
    return {
      matcher: this.#self,
      shard,
      at: toTimestamp(roundAtMs),
      outcome,
      skip_cost_s: skipCostS,
      candidates: candidates.map((candidate) => ({
        driver_id: candidate.driverId,
        from: placeOf(candidate.from),
        pickup_distance_m: candidate.pickupDistanceM,
        pickup_eta_s: candidate.pickupEtaS ?? null,
        in_dead_part: candidate.isInDeadPart,
        cost_s: candidate.costS ?? null,
        reason: candidate.reason,
      })),
    };
  }
}

/** A place only: positions in memory may have a heading too. */
function placeOf(from: Point | undefined): ExplainedRound['candidates'][number]['from'] {
  return from === undefined ? null : { lat: from.lat, lng: from.lng };
}
