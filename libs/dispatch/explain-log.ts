import type { DriverId, TripId } from '#libs/trip';
import type { TripExplanation } from './trip-explanation.ts';

/** How many rounds of one trip are kept: the newest ones. */
export const EXPLAINED_ROUNDS_PER_TRIP = 32;
/** How many candidates of all trips are kept (some 100 bytes each); the oldest rounds are forgotten first. */
export const EXPLAINED_CANDIDATES_TOTAL = 200_000;
/** How many candidates a round counts in addition to its own, so that rounds without candidates are bounded too. */
const ROUND_WEIGHT = 2;

/** Explanations of recent rounds, within a bound. */
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

  /** Number of trips with kept rounds. */
  get size(): number {
    return this.#byTrip.size;
  }

  /** Adds the explanations of a round. */
  record(explanations: Iterable<TripExplanation>): void {
    for (const explanation of explanations) this.#add(explanation);
    for (const oldest of this.#rounds) {
      if (this.#weight <= this.#capacity) return;
      this.#drop(oldest);
    }
  }

  /** The kept rounds of a trip, oldest first. */
  roundsOf(tripId: TripId): readonly TripExplanation[] {
    return [...(this.#byTrip.get(tripId) ?? [])];
  }

  /** The newest rounds from one moment to another that weighed a driver, newest first; at most `limit`. */
  roundsWith(driverId: DriverId, fromMs: number, toMs: number, limit: number): TripExplanation[] {
    const found: TripExplanation[] = [];
    for (const round of [...this.#rounds].reverse()) {
      if (found.length >= limit) break;
      if (round.roundAtMs < fromMs || round.roundAtMs > toMs) continue;
      if (round.candidates.some((candidate) => candidate.driverId === driverId)) found.push(round);
    }
    return found;
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

  /** The dropped round is always the oldest one of its trip. */
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
