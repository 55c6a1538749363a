import type { TripId } from '#libs/trip';
import type { TripExplanation } from './trip-explanation.ts';

/** How many rounds of one trip are kept: the newest ones. */
export const EXPLAINED_ROUNDS_PER_TRIP = 32;
/** How many candidates of all trips are kept (some 100 bytes each); the oldest rounds are forgotten first. */
export const EXPLAINED_CANDIDATES_TOTAL = 200_000;
/** How many candidates a round counts as besides its own, so that rounds without candidates are bounded too. */
const ROUND_WEIGHT = 2;

/** Why recent trips were matched as they were, for as long as there is room. */
export class ExplainLog {
  readonly #roundsPerTrip: number;
  readonly #capacity: number;
  readonly #byTrip = new Map<TripId, TripExplanation[]>();
  /** All rounds kept, oldest first. */
  readonly #rounds = new Set<TripExplanation>();
  #weight = 0;

  constructor({
    roundsPerTrip = EXPLAINED_ROUNDS_PER_TRIP,
    candidatesTotal = EXPLAINED_CANDIDATES_TOTAL,
  }: { readonly roundsPerTrip?: number; readonly candidatesTotal?: number } = {}) {
    this.#roundsPerTrip = roundsPerTrip;
    this.#capacity = candidatesTotal;
  }

  /** Trips of which anything is kept. */
  get size(): number {
    return this.#byTrip.size;
  }

  /** Takes in what a round says of its trips. */
  record(explanations: Iterable<TripExplanation>): void {
    for (const explanation of explanations) this.#add(explanation);
    for (const oldest of this.#rounds) {
      if (this.#weight <= this.#capacity) return;
      this.#drop(oldest);
    }
  }

  /** The rounds of a trip, oldest first; none where nothing is kept (any more). */
  roundsOf(tripId: TripId): readonly TripExplanation[] {
    return [...(this.#byTrip.get(tripId) ?? [])];
  }

  #add(explanation: TripExplanation): void {
    const rounds = this.#byTrip.get(explanation.tripId) ?? [];
    rounds.push(explanation);
    this.#byTrip.set(explanation.tripId, rounds);
    this.#rounds.add(explanation);
    this.#weight += weightOf(explanation);
    const oldest = rounds[0];
    if (rounds.length > this.#roundsPerTrip && oldest !== undefined) this.#drop(oldest);
  }

  /** The round is the oldest one of its trip: only such are dropped. */
  #drop(explanation: TripExplanation): void {
    this.#rounds.delete(explanation);
    this.#weight -= weightOf(explanation);
    const rounds = this.#byTrip.get(explanation.tripId);
    rounds?.shift();
    if (rounds?.length === 0) this.#byTrip.delete(explanation.tripId);
  }
}

function weightOf(explanation: TripExplanation): number {
  return explanation.candidates.length + ROUND_WEIGHT;
}
