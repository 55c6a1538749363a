import { Inject, Injectable } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { BUS, logDropped, requestAllJson } from '#libs/bus';
import {
  EXPLAIN_DRIVER_SUBJECT,
  EXPLAIN_SUBJECT,
  explainDriverReply,
  explainReply,
  type ExplainDriverRequest,
  type ExplainedDriverRound,
  type ExplainedRound,
  type TripId,
} from '#libs/contracts';
import { LOGGER, type Logger } from '#libs/service';

/** How long to wait for answers of the matchers, whose number is unknown, wall time. */
const ANSWER_WINDOW_MS = 500;
/** How many answers are collected: more than a system has matchers. */
const MAX_ANSWERS = 1_000;

/** Asks all matchers what they decided: trips change matchers with their shards. */
@Injectable()
export class AskMatchers {
  constructor(
    @Inject(BUS) private readonly bus: NatsConnection,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** The rounds that weighed a trip, oldest first. */
  async roundsOfTrip(trip_id: TripId): Promise<ExplainedRound[]> {
    const answers = await requestAllJson(
      this.bus,
      EXPLAIN_SUBJECT,
      { trip_id },
      explainReply,
      this.#options(),
    );
    return answers.flatMap(({ rounds }) => rounds).sort((a, b) => (a.at < b.at ? -1 : 1));
  }

  /** The rounds that weighed a driver, newest first. */
  async roundsWithDriver(question: ExplainDriverRequest): Promise<ExplainedDriverRound[]> {
    const answers = await requestAllJson(
      this.bus,
      EXPLAIN_DRIVER_SUBJECT,
      question,
      explainDriverReply,
      this.#options(),
    );
    return answers.flatMap(({ rounds }) => rounds).sort((a, b) => (a.at > b.at ? -1 : 1));
  }

  #options() {
    return { windowMs: ANSWER_WINDOW_MS, maxAnswers: MAX_ANSWERS, onDropped: logDropped(this.logger) };
  }
}
