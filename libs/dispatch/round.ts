import type { EtaTable } from '#libs/geo';
import { chooseDrivers } from './choose-drivers.ts';
import { explainRound } from './explain-round.ts';
import { collectCandidates, type RoundCandidates, type RoundInput } from './round-candidates.ts';
import type { RoundOffer, RoundResult, SkippedTrip } from './round-result.ts';
import type { DriverId } from './supply-event.ts';
import { MS_PER_S, weigh } from './weighed-trip.ts';

/** A round whose travel times are at hand. */
export interface RoundWithEtas extends RoundInput {
  readonly etas: EtaTable;
}

/**
 * One matching decision: which open trip is to be offered to which free driver. Deterministic: what it decides depends
 * on the latest word of each trip and driver only, not on the order in which these came; draws go by id.
 */
export function runRound(input: RoundWithEtas): RoundResult {
  return decideRound(collectCandidates(input), input.etas);
}

/** The second half of a round, with the table that a provider has filled for its `etaQuestions`. */
export function decideRound(candidates: RoundCandidates, etas: EtaTable): RoundResult {
  const trips = weigh(candidates, etas);
  const chosen = chooseDrivers(trips);
  const explanations = explainRound(trips, chosen, candidates.nowMs);
  const offers: RoundOffer[] = [];
  const skipped: SkippedTrip[] = [];
  let candidatesConsidered = 0;
  trips.forEach(({ trip: { tripId, shard }, candidates: weighed, passedOver }) => {
    if (passedOver !== 'round_full') candidatesConsidered += weighed.length;
    const winner = chosen.get(tripId);
    if (winner === undefined) {
      skipped.push({ tripId, reason: passedOver ?? 'outbid' });
      return;
    }
    const { driver, etaS = Infinity, costMs = Infinity } = winner;
    const { driverId, distanceM } = driver;
    offers.push({
      tripId,
      shard,
      driverId,
      pickupEtaS: etaS,
      pickupDistanceM: distanceM,
      costS: costMs / MS_PER_S,
    });
  });
  const reserved = new Set([...candidates.unavailable, ...offers.map((offer) => offer.driverId)]);
  return { offers, skipped, candidatesConsidered, explanations, reserved };
}

/**
 * Another attempt of the same round for the trips whose driver turned out to be taken when the claims were committed,
 * among the drivers that no attempt has used. `input.demand` must be as it is now: trips that ended since stay out.
 */
export function retryRound(
  input: RoundWithEtas,
  previous: RoundResult,
  conflictedDriverIds: Iterable<DriverId>,
): RoundResult {
  const conflicted = new Set(conflictedDriverIds);
  const refused = new Set(
    previous.offers.filter(({ driverId }) => conflicted.has(driverId)).map(({ tripId }) => tripId),
  );
  return runRound({
    ...input,
    demand: Array.from(input.demand).filter(({ tripId }) => refused.has(tripId)),
    unavailable: new Set([...previous.reserved, ...conflicted, ...(input.unavailable ?? [])]),
  });
}
