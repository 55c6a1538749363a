import { fromTimestamp, type RiderTrip, type TripId } from '#libs/contracts';
import { isTerminal, type TripState } from '#libs/trip';
import { Samples } from './counts.ts';

/** Maximum stored offers that reached the driver before the rider got the answer to its request. */
const MAX_EARLY_OFFERS = 10_000;

interface OpenTrip {
  state: TripState;
  /** Wall time at which POST /v1/trips was first sent. */
  readonly sentAtMs: number;
  readonly rideS: number | null;
  offered: boolean;
  pickedUp: boolean;
}

/** Every trip of the simulated riders as the riders see it. Of an ended trip only the counts remain. */
export class TripBook {
  readonly #open = new Map<TripId, OpenTrip>();
  readonly #earlyOffers = new Map<TripId, number>();
  readonly #byState = new Map<TripState, number>();
  readonly #onAccepted: () => void;
  readonly waitS = new Samples();
  readonly matchLatencyMs = new Samples();
  requested = 0;
  served = 0;

  /** @param onAccepted called for each acceptance, also a second one after the driver gave the trip back */
  constructor(onAccepted: () => void) {
    this.#onAccepted = onAccepted;
  }

  /** A request was acknowledged. @param rideS the ride time that the demand prescribes */
  request(trip: RiderTrip, sentAtMs: number, rideS: number | null): void {
    this.requested++;
    const open: OpenTrip = { state: trip.state, sentAtMs, rideS, offered: false, pickedUp: false };
    this.#open.set(trip.trip_id, open);
    this.#count(trip.state, 1);
    const offeredAtMs = this.#earlyOffers.get(trip.trip_id);
    this.#earlyOffers.delete(trip.trip_id);
    if (offeredAtMs !== undefined) this.#noteOffer(open, offeredAtMs);
    this.#advance(trip, open);
  }

  /** A driver's socket got an offer of this trip. */
  offer(tripId: TripId, wallMs: number): void {
    const open = this.#open.get(tripId);
    if (open !== undefined) this.#noteOffer(open, wallMs);
    else if (this.#earlyOffers.size < MAX_EARLY_OFFERS && !this.#earlyOffers.has(tripId)) {
      this.#earlyOffers.set(tripId, wallMs);
    }
  }

  /** The rider received a change. */
  change(trip: RiderTrip): void {
    const open = this.#open.get(trip.trip_id);
    if (open === undefined) return;
    this.#count(open.state, -1);
    this.#count(trip.state, 1);
    if (trip.state === 'accepted' && open.state !== 'accepted') this.#onAccepted();
    open.state = trip.state;
    this.#advance(trip, open);
  }

  /** Prescribed duration of the ride in seconds; null if the demand has none or the trip is unknown. */
  rideSecondsOf(tripId: TripId): number | null {
    return this.#open.get(tripId)?.rideS ?? null;
  }

  inState(state: TripState): number {
    return this.#byState.get(state) ?? 0;
  }

  byState(): Partial<Record<TripState, number>> {
    return Object.fromEntries([...this.#byState].filter(([, count]) => count > 0));
  }

  /** Number of trips that have not ended and whose rider is still waiting. */
  get open(): number {
    return (
      this.inState('processing') +
      this.inState('accepted') +
      this.inState('arrived') +
      this.inState('scheduled')
    );
  }

  #advance(trip: RiderTrip, open: OpenTrip): void {
    if (trip.started_at !== null && !open.pickedUp) {
      open.pickedUp = true;
      this.served++;
      this.waitS.add((fromTimestamp(trip.started_at) - fromTimestamp(trip.requested_at)) / 1000);
    }
    if (isTerminal(trip.state)) this.#open.delete(trip.trip_id);
  }

  #noteOffer(open: OpenTrip, wallMs: number): void {
    if (open.offered) return;
    open.offered = true;
    this.matchLatencyMs.add(Math.max(0, wallMs - open.sentAtMs));
  }

  #count(state: TripState, by: number): void {
    this.#byState.set(state, this.inState(state) + by);
  }
}
