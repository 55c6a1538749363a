import { Controller, Inject } from '@nestjs/common';
import { HandleCommand } from '#libs/bus';
import {
  makeOffers,
  toTimestamp,
  type CommandInput,
  type CommandOutput,
  type DriverStanding,
  type OfferOutcome,
} from '#libs/contracts';
import { CLOCK, CONFIG, LOGGER, machineTime, METRICS, Metrics, type Clock, type Logger } from '#libs/service';
import { TripStore, type TripTransaction, type WrittenChange } from '#libs/store';
import { evolve } from '#libs/trip';
import { CommandHandlers } from '../command-handlers.ts';
import type { TripsConfig } from '../config.ts';
import { judgeProposals, type AdmissibleOffer, type Judgement } from './judge-proposals.ts';
import { lockRound } from './locked-round.ts';

type Proposals = CommandInput<typeof makeOffers>;
/** The standings of the drivers who were claimed. */
type Standings = ReadonlyMap<string, DriverStanding>;

/** Commits the offers of a matcher's round in one transaction, with an outcome for each. */
@Controller()
export class MakeOffersHandler extends CommandHandlers {
  readonly #offerTtlMs: number;
  readonly #deliveryMs: number;
  readonly #outcomes;
  readonly #fenced;

  constructor(
    private readonly store: TripStore,
    @Inject(CONFIG) config: TripsConfig,
    @Inject(CLOCK) clock: Clock,
    @Inject(LOGGER) logger: Logger,
    @Inject(METRICS) metrics: Metrics,
  ) {
    super(logger);
    this.#offerTtlMs = config.offerTtlMs;
    this.#deliveryMs = machineTime(clock, config.offerDeliveryMs);
    this.#outcomes = metrics.counter('offers_total', 'Offers proposed by matchers, by outcome', ['outcome']);
    this.#fenced = metrics.counter(
      'commits_fenced_total',
      'Offers refused because their shard had another epoch',
    );
  }

  @HandleCommand(makeOffers)
  async handle({ matcher, offers }: Proposals): Promise<CommandOutput<typeof makeOffers>> {
    const outcomes = await this.store.transact(async (transaction) => {
      const judgements = judgeProposals(
        matcher,
        offers,
        await lockRound(
          transaction,
          offers,
          offers.map(({ driver_id }) => driver_id),
        ),
        transaction.nowMs,
        this.#offerTtlMs,
      );
      const taken = await claim(transaction, judgements, transaction.nowMs + this.#deliveryMs);
      return judgements.map((judgement) => outcomeOf(judgement, taken));
    });
    for (const outcome of outcomes) {
      this.#outcomes.inc({ outcome: outcome.result === 'offered' ? 'offered' : outcome.reason });
      if (outcome.result === 'refused' && outcome.reason === 'stale_epoch') this.#fenced.inc();
    }
    return { outcomes };
  }
}

/** Claims the drivers and writes the offers of those whose claim was free. */
async function claim(
  transaction: TripTransaction,
  judgements: readonly Judgement[],
  deliverByMs: number,
): Promise<Standings> {
  const admissible = judgements.flatMap((judgement) =>
    judgement.verdict === 'admissible' ? [judgement.offer] : [],
  );
  if (admissible.length === 0) return new Map();
  const taken = await transaction.takeClaims(
    admissible.map(({ offer, trip, proposal }) => ({
      ...offer,
      tripId: trip.tripId,
      deliverByMs,
      afterRide: proposal.after_ride_at_version !== undefined,
    })),
  );
  await transaction.write(
    admissible.flatMap((offer) => {
      const standing = taken.get(offer.driver.driverId);
      return standing === undefined ? [] : writtenOffer(offer, standing);
    }),
  );
  return taken;
}

function writtenOffer(
  { proposal, trip, events }: AdmissibleOffer,
  standing: DriverStanding,
): WrittenChange[] {
  const authority = { shard: proposal.shard, epoch: proposal.epoch };
  return events.map((event) => ({ event, trip: evolve(trip, event), drivers: [standing], authority }));
}

function outcomeOf(judgement: Judgement, taken: Standings): OfferOutcome {
  if (judgement.verdict === 'refused') {
    const { trip_id, driver_id } = judgement.proposal;
    return { result: 'refused', trip_id, driver_id, reason: judgement.reason };
  }
  const { proposal, trip, driver, offer } = judgement.offer;
  const { trip_id, driver_id } = proposal;
  const standing = taken.get(driver.driverId);
  if (standing === undefined) return { result: 'refused', trip_id, driver_id, reason: 'driver_claimed' };
  return {
    result: 'offered',
    trip_id,
    driver_id: offer.driverId,
    offer_id: offer.offerId,
    expires_at: toTimestamp(offer.expiresAtMs),
    driver_version: standing.version,
    trip_seq: trip.seq + 1,
  };
}
