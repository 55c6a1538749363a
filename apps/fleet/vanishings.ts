import type { DriverId, FleetOrder, TripId, VanishedPhone, VanishingState } from '#libs/contracts';
import type { ServiceClock } from './clock/service-clock.ts';
import type { Phase } from './drivers/driver-state.ts';

/**
 * The longest estimated ride during which a driver's phone vanishes, and before or during which a rider's does: the
 * service looks after a silent ride only after three times its estimate, and who ordered it waits for the end.
 */
const LONGEST_RIDE_S = 150;

/** A phone in a state in which phones vanish. */
export interface Candidate {
  readonly who: FleetOrder['who'];
  readonly state: VanishingState;
  readonly tripId: TripId;
  readonly driverId: DriverId | null;
  readonly rideS: number;
}

/** The phones that are to vanish: ordered by state, taken from the next ones that get there. */
export class Vanishings {
  readonly #wanted = new Map<string, number>();
  readonly #clock: ServiceClock;
  readonly #onVanished: (phone: VanishedPhone) => void;

  constructor(clock: ServiceClock, onVanished: (phone: VanishedPhone) => void) {
    this.#clock = clock;
    this.#onVanished = onVanished;
  }

  order({ who, state, phones }: Omit<FleetOrder, 'type'>): void {
    const kind = `${who} ${state}`;
    this.#wanted.set(kind, (this.#wanted.get(kind) ?? 0) + phones);
  }

  /** Whether this phone vanishes; if so it is reported. */
  takes({ who, state, tripId, driverId, rideS }: Candidate): boolean {
    const kind = `${who} ${state}`;
    const wanted = this.#wanted.get(kind) ?? 0;
    const mustBeShort = who === 'rider' || state === 'in_progress';
    if (wanted === 0 || (mustBeShort && rideS > LONGEST_RIDE_S)) return false;
    this.#wanted.set(kind, wanted - 1);
    this.#onVanished({ who, state, trip_id: tripId, driver_id: driverId, at_ms: this.#clock.now() });
    return true;
  }
}

/** In which of these states a driver is, with its trip; undefined in any other. */
export function vanishingStateOf(
  phase: Phase,
): { state: VanishingState; tripId: TripId; rideS: number } | undefined {
  switch (phase.kind) {
    case 'considering':
      return { state: 'offered', tripId: phase.offer.trip_id, rideS: phase.offer.trip_s };
    case 'approaching':
      return { state: 'accepted', tripId: phase.trip.trip_id, rideS: phase.trip.trip_s };
    case 'boarding':
      return { state: 'arrived', tripId: phase.trip.trip_id, rideS: phase.trip.trip_s };
    case 'riding':
      return { state: 'in_progress', tripId: phase.trip.trip_id, rideS: phase.trip.trip_s };
    default:
      return undefined;
  }
}
