import { idFromUuid, type DriverId, type PositionRecord } from '#libs/contracts';
import { positionCellOf, type Point } from '#libs/geo';
import { seededFractions } from '#libs/random';

const CENTER: Point = { lat: 38.72, lng: -9.14 };
/** Half the side of the square city. */
const HALF_SIDE_DEGREES = 0.15;
/** About 25 m: three seconds of driving. */
const STEP_DEGREES = 0.0002;

/** A record of the position stream. All pings share one object, as a decoder would do it. */
export interface CityPing extends PositionRecord {
  seq: number;
  driverId: DriverId;
  lat: number;
  lng: number;
}

/** The stream cell of all pings. The index does not compare it with the position. */
export const POSITION_CELL = positionCellOf(CENTER);

/** Drivers spread over a square city. Each takes one step in a random direction before each ping. */
export class City {
  readonly driverIds: readonly DriverId[];
  readonly #random: () => number;
  readonly #lats: Float64Array;
  readonly #lngs: Float64Array;
  readonly #ping: CityPing;
  #turn = 0;

  constructor(drivers: number, seed: number) {
    this.#random = seededFractions(seed);
    this.driverIds = Array.from({ length: drivers }, (_, n) =>
      idFromUuid('driver', `00000000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`),
    );
    this.#lats = Float64Array.from(this.driverIds, () => this.somewhere(CENTER.lat));
    this.#lngs = Float64Array.from(this.driverIds, () => this.somewhere(CENTER.lng));
    const free = {
      status: 'free',
      statusVersion: 1,
      freeAtMs: 0,
      rideEnd: undefined,
      booked: false,
    } as const;
    const driving = {
      recordedAtMs: 0,
      headingDeg: 90,
      speedMps: 8,
      product: 'standard',
      left: false,
    } as const;
    this.#ping = { driverId: 'driver_', session: 1, seq: 0, lat: 0, lng: 0, ...driving, ...free };
  }

  somewhere(center: number): number {
    return center + (2 * this.#random() - 1) * HALF_SIDE_DEGREES;
  }

  place(): Point {
    return { lat: this.somewhere(CENTER.lat), lng: this.somewhere(CENTER.lng) };
  }

  /** The next driver's next ping; valid until the next call. */
  nextPing(): CityPing {
    const driver = this.#turn++ % this.driverIds.length;
    const ping = this.#ping;
    ping.driverId = this.driverIds[driver] ?? 'driver_';
    ping.lat = this.#lats[driver] = (this.#lats[driver] ?? 0) + (this.#random() - 0.5) * STEP_DEGREES;
    ping.lng = this.#lngs[driver] = (this.#lngs[driver] ?? 0) + (this.#random() - 0.5) * STEP_DEGREES;
    ping.seq = this.#turn;
    return ping;
  }
}
