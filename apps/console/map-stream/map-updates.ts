import type { TripRecord } from '#libs/contracts';
import { cellCenter, pickupCellOf, type Point } from '#libs/geo';
import { shownStatus, type Car } from '../city/live-cars.ts';
import type { LiveCity } from '../city/live-city.ts';
import { isAboutRiders } from '../city/hex-layers.ts';
import { encodeCarFrame, type CarStatus, type MovedCar } from '../protocol/car-frame.ts';
import type { CityMessage, HexLayer, MapShard, MapTrip } from '../protocol/map-messages.ts';
import type { MapView } from './map-view.ts';

/** What one page shows, and may see. */
export interface PageView {
  readonly view: MapView;
  readonly layer: HexLayer;
}

/** An update as it leaves: a text frame, and a binary one if cars have changed. */
export interface MapUpdate {
  readonly text: string;
  readonly cars: ArrayBuffer | undefined;
}

interface SentCar {
  readonly handle: number;
  revision: number;
  status: CarStatus;
  update: number;
}

/**
 * What one page was sent. Each update is the difference to it, made when it is sent: nothing waits for a slow page. Exact
 * places of cars without a trip, and riders, are for people with the scope `ops.read`.
 */
export class MapUpdates {
  readonly #city: LiveCity;
  readonly #isExact: boolean;
  readonly #cars = new Map<Car, SentCar>();
  readonly #trips = new Map<string, number>();
  readonly #shards = new Map<string, MapShard>();
  #hexes = '';
  #lastHandle = 0;

  constructor(city: LiveCity, isExact: boolean) {
    this.#city = city;
    this.#isExact = isExact;
  }

  /** Makes the update with this number; the page then knows it. */
  next(update: number, { view, layer }: PageView, nowMs: number): MapUpdate {
    const cars = this.#nextCars(update, view, nowMs);
    const message: CityMessage = {
      type: 'city',
      update,
      at_ms: Math.round(nowMs),
      has_cars: cars !== undefined,
      counts: this.#city.counts(nowMs),
      ...this.#nextTrips(view),
      ...this.#nextShards(),
      ...this.#nextHexes(layer, nowMs),
      exact: this.#isExact,
    };
    return { text: JSON.stringify(message), cars };
  }

  #nextCars(update: number, view: MapView, nowMs: number): ArrayBuffer | undefined {
    const introduced: { handle: number; uuid: string }[] = [];
    const moved: MovedCar[] = [];
    for (const car of this.#city.cars) {
      const status = shownStatus(car, nowMs);
      if (status === undefined || car.place === undefined || !view.contains(car.place)) continue;
      let sent = this.#cars.get(car);
      if (sent === undefined) {
        sent = { handle: (this.#lastHandle += 1), revision: -1, status, update };
        this.#cars.set(car, sent);
        introduced.push({ handle: sent.handle, uuid: car.uuid });
      }
      sent.update = update;
      if (sent.revision === car.revision && sent.status === status) continue;
      sent.revision = car.revision;
      sent.status = status;
      moved.push(this.#moved(car, sent, car.place, nowMs));
    }
    const gone: number[] = [];
    for (const [car, sent] of this.#cars) {
      if (sent.update === update) continue;
      gone.push(sent.handle);
      this.#cars.delete(car);
    }
    if (introduced.length + moved.length + gone.length === 0) return undefined;
    return encodeCarFrame({ update, introduced, gone, moved });
  }

  #moved(
    car: Car,
    { handle, status }: SentCar,
    place: Point & { readonly headingDeg: number | undefined },
    nowMs: number,
  ): MovedCar {
    const isSnapped = !this.#isExact && car.status !== 'on_trip';
    const { lat, lng } = isSnapped ? cellCenter(pickupCellOf(place)) : place;
    const headingDeg = isSnapped ? undefined : place.headingDeg;
    return { handle, lat, lng, headingDeg, status, isSnapped, ageMs: nowMs - car.positionAtMs };
  }

  #nextTrips(view: MapView): Pick<CityMessage, 'trips' | 'trips_gone'> {
    const trips: MapTrip[] = [];
    const seen = new Set<string>();
    for (const trip of this.#isExact ? this.#city.trips : []) {
      if (!view.contains(trip.pickup) && !view.contains(trip.dropoff)) continue;
      seen.add(trip.trip_id);
      if (this.#trips.get(trip.trip_id) === trip.seq) continue;
      this.#trips.set(trip.trip_id, trip.seq);
      trips.push(mapTrip(trip));
    }
    const gone = [...this.#trips.keys()].filter((tripId) => !seen.has(tripId));
    for (const tripId of gone) this.#trips.delete(tripId);
    return { trips, trips_gone: gone };
  }

  #nextShards(): Pick<CityMessage, 'shards' | 'shards_gone'> {
    const current = this.#city.shards.current();
    const changed = current.filter(({ shard, epoch, owner }) => {
      const sent = this.#shards.get(shard);
      return sent?.epoch !== epoch || sent.owner !== owner;
    });
    for (const claim of changed) this.#shards.set(claim.shard, claim);
    const known = new Set(current.map(({ shard }) => shard));
    const gone = [...this.#shards.keys()].filter((shard) => !known.has(shard));
    for (const shard of gone) this.#shards.delete(shard);
    return { shards: changed.map(({ shard, epoch, owner }) => ({ shard, epoch, owner })), shards_gone: gone };
  }

  #nextHexes(layer: HexLayer, nowMs: number): Pick<CityMessage, 'hexes'> {
    const hexes =
      !this.#isExact && isAboutRiders(layer)
        ? { layer, unit: '', cells: [] }
        : this.#city.hexes(layer, nowMs);
    const text = JSON.stringify(hexes ?? null);
    if (text === this.#hexes) return {};
    this.#hexes = text;
    return hexes === undefined ? {} : { hexes };
  }
}

function mapTrip(trip: TripRecord): MapTrip {
  return {
    trip_id: trip.trip_id,
    state: trip.state,
    rider_id: trip.rider_id,
    driver_id: trip.driver?.driver_id ?? null,
    pickup: trip.pickup,
    dropoff: trip.dropoff,
    requested_at: trip.requested_at,
  };
}
