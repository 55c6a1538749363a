import type { DriverReport, OpenTrip } from '#libs/dispatch';
import { positionCellOf, type CellKey, type Point } from '#libs/geo';
import { driverIdOf, PRODUCT, tripIdOf, type Matcher } from './matcher/matcher.ts';
import { RIDING, TO_PICKUP, type Fleet, type Trip } from './world/fleet.ts';
import type { MatcherArea } from './world/matcher-areas.ts';
import type { StreetCity } from './world/street-city.ts';

const MS_PER_S = 1_000;
/** Spreads the reports of the cars evenly over the interval. */
const GOLDEN = 0.6180339887;

/** One matcher's ears: what it hears, and what is still on its way to it. */
export interface Listener {
  readonly matcher: Matcher;
  readonly area: MatcherArea;
  /** The position cell of each car when this matcher last heard of it; NaN while the car is out of its sight. */
  readonly cells: Float64Array;
  /** News of neighbours' decisions, in the order of their arrival. */
  readonly coming: { readonly atS: number; readonly hear: () => void }[];
}

/**
 * The only way from the world to the matchers: what riders, drivers and `trips` would tell them. A quote instead of a
 * duration, a position every few seconds instead of a course, and a change of state when it is committed.
 */
export class Told {
  readonly #city: StreetCity;
  readonly #fleet: Fleet;
  readonly #listeners: readonly Listener[];
  readonly #staleS: number;
  readonly #newsDelayS: number;
  readonly #seqs: Int32Array;
  readonly #versions: Int32Array;
  readonly #cells: CellKey[] = [];
  readonly #askedCars = new Set<number>();

  constructor(
    city: StreetCity,
    fleet: Fleet,
    listeners: readonly Listener[],
    { staleS, newsDelayS }: { readonly staleS: number; readonly newsDelayS: number },
  ) {
    this.#city = city;
    this.#fleet = fleet;
    this.#listeners = listeners;
    this.#staleS = staleS;
    this.#newsDelayS = newsDelayS;
    this.#seqs = new Int32Array(fleet.count);
    this.#versions = new Int32Array(fleet.count);
  }

  /** Delivers the news that has arrived, and the positions whose turn it is. */
  deliver(nowS: number, elapsedS: number): void {
    for (const { coming } of this.#listeners)
      for (let next = coming[0]; next !== undefined && next.atS <= nowS; next = coming[0]) {
        coming.shift();
        next.hear();
      }
    for (let car = 0; car < this.#fleet.count; car++)
      if (this.#staleS === 0 || (nowS + car * GOLDEN * this.#staleS) % this.#staleS < elapsedS)
        this.#report(car, nowS, undefined);
  }

  /** Every car reports once. */
  begin(nowS: number): void {
    for (let car = 0; car < this.#fleet.count; car++) this.#report(car, nowS, undefined);
  }

  isAsked(car: number): boolean {
    return this.#askedCars.has(car);
  }

  setAsked(car: number, isAsked: boolean): void {
    if (isAsked) this.#askedCars.add(car);
    else this.#askedCars.delete(car);
  }

  /** A committed change of a car. @param by the matcher that decided it and knows it at once; undefined: the driver did */
  carChanged(car: number, nowS: number, by: Matcher | undefined): void {
    this.#versions[car] = (this.#versions[car] as number) + 1;
    this.#report(car, nowS, by);
  }

  /** A new or changed trip, as its owner and the neighbours who see its pickup hear of it. */
  tripChanged(trip: Trip, nowS: number, isNew = false): void {
    trip.version++;
    for (const listener of this.#listeners) {
      if (listener.area.sees[trip.from] !== 1) continue;
      const isOwn = listener.area.owns[trip.from] === 1;
      const open = trip.state === 'waiting' || trip.state === 'matched' ? this.#openTrip(trip) : undefined;
      const { version } = trip;
      this.#tell(listener, isOwn, nowS, () => {
        const { demand } = listener.matcher;
        if (open === undefined) demand.remove(tripIdOf(trip.id), version);
        else demand.upsert(open);
        if (isNew && open !== undefined) listener.matcher.noteRequest(open);
      });
    }
  }

  #tell({ coming }: Listener, isOwn: boolean, nowS: number, hear: () => void): void {
    if (isOwn || this.#newsDelayS === 0) hear();
    else coming.push({ atS: nowS + this.#newsDelayS, hear });
  }

  #report(car: number, nowS: number, by: Matcher | undefined): void {
    const node = this.#fleet.nodes[car] as number;
    const seq = (this.#seqs[car] = (this.#seqs[car] as number) + 1);
    let report: DriverReport | undefined;
    for (const listener of this.#listeners) {
      const cellBefore = listener.cells[car] as number;
      const sees = listener.area.sees[node] === 1;
      if (!sees && Number.isNaN(cellBefore)) continue;
      report ??= this.#reportOf(car, seq, nowS);
      const told = report;
      const cell = sees ? this.#cellOf(node) : cellBefore;
      listener.cells[car] = sees ? cell : NaN;
      const { supply } = listener.matcher;
      const isOwn = by === undefined || by === listener.matcher;
      this.#tell(listener, isOwn, nowS, () =>
        supply.applyReport(sees ? told : { ...told, left: true }, cell, nowS * MS_PER_S),
      );
    }
  }

  /** The position cell of the intersection that a car drives to. */
  #cellOf(node: number): CellKey {
    return (this.#cells[node] ??= positionCellOf(this.#place(node)));
  }

  #reportOf(car: number, seq: number, nowS: number): DriverReport {
    const { lat, lng } = this.#fleet.placeOf(car, nowS);
    const phase = this.#fleet.phases[car];
    const isAsked = this.#askedCars.has(car);
    const ride = phase === RIDING ? this.#fleet.trips[car] : undefined;
    return {
      driverId: driverIdOf(car),
      session: 1,
      seq,
      lat,
      lng,
      product: PRODUCT,
      left: false,
      statusVersion: this.#versions[car] as number,
      status: phase === RIDING || phase === TO_PICKUP ? 'on_trip' : isAsked ? 'offered' : 'free',
      freeAtMs: ride === undefined ? 0 : (ride.pickedUpAtS + ride.toldRideS) * MS_PER_S,
      rideEnd: ride === undefined ? undefined : this.#city.pointOf(ride.to),
      booked: ride !== undefined && (isAsked || this.#fleet.nextTrips[car] !== undefined),
    };
  }

  #openTrip(trip: Trip): OpenTrip {
    const owner = this.#listeners.find(({ area }) => area.owns[trip.from] === 1);
    return {
      tripId: tripIdOf(trip.id),
      shard: owner?.matcher.self ?? '',
      product: PRODUCT,
      pickup: this.#place(trip.from),
      dropoff: this.#place(trip.to),
      rideS: trip.toldRideS,
      requestedAtMs: trip.requestedAtS * MS_PER_S,
      searchDeadlineAtMs: Infinity,
      excludedDriverIds: trip.refusedBy.map(driverIdOf),
      pauses: [],
      offered: trip.askedCar >= 0,
      driverId: trip.state === 'matched' ? driverIdOf(trip.car) : undefined,
      swaps: trip.swaps,
      version: trip.version,
    };
  }

  #place(node: number): Point {
    return this.#city.pointOf(node);
  }
}
