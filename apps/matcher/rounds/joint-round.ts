import { Inject, Injectable } from '@nestjs/common';
import { OfferCommitter } from './offer-committer.ts';
import { RoundDecisions } from './round-decisions.ts';
import { RoundMetrics } from './round-metrics.ts';
import { RoundTimes } from './round-times.ts';

/** Attempts after the first that one round makes for trips whose driver was taken meanwhile; the next round is near. */
const MAX_RETRIES_PER_ROUND = 3;

/** One matching round over all owned shards together: decide, commit, and again for those whose driver was gone. */
@Injectable()
export class JointRound {
  readonly #decisions: RoundDecisions;
  readonly #committer: OfferCommitter;
  readonly #metrics: RoundMetrics;
  readonly #times: RoundTimes;

  constructor(
    @Inject(RoundDecisions) decisions: RoundDecisions,
    @Inject(OfferCommitter) committer: OfferCommitter,
    @Inject(RoundMetrics) metrics: RoundMetrics,
    @Inject(RoundTimes) times: RoundTimes,
  ) {
    this.#decisions = decisions;
    this.#committer = committer;
    this.#metrics = metrics;
    this.#times = times;
  }

  /** Answers whether there was anything to commit. Throws where it could not be. */
  async run(): Promise<boolean> {
    const startedAt = performance.now();
    let matched = 0;
    let decision = this.#decisions.first();
    const decidedAt = performance.now();
    const hadOffers = decision.offers.length > 0;
    for (let retries = 0; decision.offers.length > 0; retries++) {
      const { made, conflictedDriverIds } = await this.#committer.commit(decision.offers);
      matched += made;
      if (conflictedDriverIds.size === 0 || retries === MAX_RETRIES_PER_ROUND) break;
      this.#metrics.countRetry();
      decision = this.#decisions.again(decision, conflictedDriverIds);
    }
    const wholeMs = performance.now() - startedAt;
    this.#times.note(wholeMs, decidedAt - startedAt);
    this.#metrics.observeRound(wholeMs / 1_000, matched);
    return hadOffers;
  }
}
