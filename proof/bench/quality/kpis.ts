import { parentKey, pickupCellOf } from '#libs/geo';
import { quoteErrors, type QuoteErrors } from './quote-error.ts';
import { MOVING, RIDING, TO_PICKUP, type Fleet, type Trip } from './world/fleet.ts';
import type { StreetCity } from './world/street-city.ts';

/** Zones are cells of about 5 km². */
const ZONE_RES = 7;
/** A zone with fewer requests is left out as noise. */
const MIN_REQUESTS_PER_ZONE = 30;

const FIFTHS = 5;

/** Result of one run. */
export interface RunResult {
  readonly requests: number;
  readonly servedPct: number;
  /** Share of requests that were picked up too late to count as served. */
  readonly latePct: number;
  readonly waitsS: Float64Array;
  /** Mean wait of the riders who were picked up too late. */
  readonly lateWaitS: number;
  /** Share served by fifths of the true ride length, shortest first. */
  readonly servedByFifthPct: readonly number[];
  /** Share of the requested seconds of riding that were served. */
  readonly rideSecondsPct: number;
  /** Share of all requests that one matcher sees, in the mean. */
  readonly demandSeenPct: number;
  readonly pickupSPerTrip: number;
  readonly moveSPerTrip: number;
  readonly utilisation: number;
  readonly swapsPerTrip: number;
  readonly unmatchedRiders: number;
  readonly lowestZoneServedPct: number;
  readonly gini: number;
  /** Of all measured requests. */
  readonly quoteErrors: QuoteErrors;
  readonly roundsMs: Float64Array;
  readonly eventsPerS: number;
  readonly elapsedS: number;
}

/** Counts during a simulation, after its warm-up. */
export class Kpis {
  readonly #fleet: Fleet;
  readonly #measureFromS: number;
  readonly #toS: number;
  readonly #city: StreetCity;
  readonly #maxWaitS: number;
  readonly #roundsMs: number[] = [];
  #drivenS = { pickup: 0, move: 0, ride: 0 };

  constructor(
    fleet: Fleet,
    { measureFromS, toS, maxWaitS }: { measureFromS: number; toS: number; maxWaitS: number },
    city: StreetCity,
  ) {
    this.#maxWaitS = maxWaitS;
    this.#fleet = fleet;
    this.#measureFromS = measureFromS;
    this.#toS = toS;
    this.#city = city;
  }

  tick(nowS: number, elapsedS: number): void {
    if (nowS < this.#measureFromS || nowS >= this.#toS) return;
    for (const phase of this.#fleet.phases) {
      if (phase === RIDING) this.#drivenS.ride += elapsedS;
      else if (phase === TO_PICKUP) this.#drivenS.pickup += elapsedS;
      else if (phase === MOVING) this.#drivenS.move += elapsedS;
    }
  }

  noteRound(ms: number): void {
    this.#roundsMs.push(ms);
  }

  result(trips: readonly Trip[], demandSeenPct: number, elapsedS: number): RunResult {
    // A rider who cancels is neither served nor lost.
    const asked = trips.filter(
      ({ requestedAtS, state }) => requestedAtS >= this.#measureFromS && state !== 'canceled',
    );
    const pickedUp = asked.filter(isPickedUp);
    const served = pickedUp.filter((trip) => this.#isServed(trip));
    const { pickup, move, ride } = this.#drivenS;
    const count = Math.max(1, served.length);
    return {
      requests: asked.length,
      servedPct: percent(served.length, asked.length),
      latePct: percent(pickedUp.length - served.length, asked.length),
      lateWaitS: meanOf(
        pickedUp
          .filter((trip) => !this.#isServed(trip))
          .map(({ pickedUpAtS, requestedAtS }) => pickedUpAtS - requestedAtS),
      ),
      servedByFifthPct: this.#byFifth(asked),
      rideSecondsPct: percent(sumOf(served), sumOf(asked)),
      demandSeenPct,
      waitsS: Float64Array.from(served, ({ pickedUpAtS, requestedAtS }) => pickedUpAtS - requestedAtS).sort(),
      pickupSPerTrip: pickup / count,
      moveSPerTrip: move / count,
      utilisation: ride / ((this.#toS - this.#measureFromS) * this.#fleet.count),
      swapsPerTrip: served.reduce((sum, { swaps }) => sum + swaps, 0) / count,
      // Riders who were matched and neither picked up nor canceled.
      unmatchedRiders: asked.filter((trip) => trip.car >= 0 && !isPickedUp(trip) && trip.state !== 'matched')
        .length,
      lowestZoneServedPct: this.#lowestZone(asked),
      gini: gini(this.#fleet.incomesS),
      quoteErrors: quoteErrors(asked, (this.#measureFromS + this.#toS) / 2),
      roundsMs: Float64Array.from(this.#roundsMs).sort(),
      eventsPerS: (this.#fleet.events + trips.length) / elapsedS,
      elapsedS,
    };
  }

  /** A rider whose driver is delayed past the maximum wait is driven, but does not count as served. */
  #isServed(trip: Trip): boolean {
    return isPickedUp(trip) && trip.pickedUpAtS - trip.requestedAtS <= this.#maxWaitS;
  }

  #byFifth(asked: readonly Trip[]): number[] {
    const sorted = asked.toSorted((a, b) => a.rideS - b.rideS || a.id - b.id);
    return Array.from({ length: FIFTHS }, (_, fifth) => {
      const part = sorted.slice((fifth * sorted.length) / FIFTHS, ((fifth + 1) * sorted.length) / FIFTHS);
      return percent(part.filter((trip) => this.#isServed(trip)).length, part.length);
    });
  }

  #lowestZone(asked: readonly Trip[]): number {
    const zones = Map.groupBy(asked, ({ from }) => {
      const point = this.#city.points[from];
      return point === undefined ? 0 : parentKey(pickupCellOf(point), ZONE_RES);
    });
    const shares = [...zones.values()]
      .filter((trips) => trips.length >= MIN_REQUESTS_PER_ZONE)
      .map((trips) => percent(trips.filter((trip) => this.#isServed(trip)).length, trips.length));
    return shares.length === 0 ? NaN : Math.min(...shares);
  }
}

function isPickedUp({ state }: Trip): boolean {
  return state === 'riding' || state === 'done';
}

function sumOf(trips: readonly Trip[]): number {
  return trips.reduce((sum, { rideS }) => sum + rideS, 0);
}

function meanOf(values: readonly number[]): number {
  return values.length === 0 ? NaN : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** NaN, which is null in a report, of nothing: a share of no riders is no score. */
function percent(part: number, whole: number): number {
  return whole === 0 ? NaN : (100 * part) / whole;
}

/** 0: all equal; towards 1: one has everything. */
function gini(values: Float64Array): number {
  const sorted = values.slice().sort();
  const total = sorted.reduce((sum, value) => sum + value, 0);
  if (total === 0) return 0;
  const weighted = sorted.reduce((sum, value, rank) => sum + (rank + 1) * value, 0);
  return (2 * weighted) / (sorted.length * total) - (sorted.length + 1) / sorted.length;
}
