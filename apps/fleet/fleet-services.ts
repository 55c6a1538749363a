import type { ApiClient, TokenDesk } from './api/api-client.ts';
import type { PhoneNetwork } from './api/phone-network.ts';
import type { RequestSlots } from './api/request-slots.ts';
import type { Streets } from './city/streets.ts';
import type { ServiceClock, TimestampText } from './clock/service-clock.ts';
import type { TickWheel } from './clock/tick-wheel.ts';
import type { DriverHabits } from './drivers/driver-decisions.ts';
import type { ClientLog } from './statistics/client-log.ts';
import type { ErrorCounts, PingCount } from './statistics/counts.ts';
import type { TripBook } from './statistics/trip-book.ts';
import type { Vanishings } from './vanishings.ts';

export interface FleetSettings {
  readonly seed: number;
  /** Distinguishes the Idempotency-Keys of this run from those of another with the same seed on the same database. */
  readonly run: string;
  readonly habits: DriverHabits;
  /** Probability that a waiting rider cancels. */
  readonly riderCancelProbability: number;
  /** Probability that a phone repeats an acknowledged request. */
  readonly repeatProbability: number;
}

/** What all simulated riders and drivers share. */
export interface FleetServices {
  readonly settings: FleetSettings;
  readonly clock: ServiceClock;
  readonly wheel: TickWheel;
  readonly timestampText: TimestampText;
  readonly streets: Streets;
  readonly tokens: TokenDesk;
  readonly riderUrl: string;
  readonly driverUrl: string;
  /** Bound the concurrent requests of all riders. */
  readonly riderSlots: RequestSlots;
  readonly driverApi: ApiClient<'driver'>;
  readonly network: PhoneNetwork;
  readonly book: TripBook;
  readonly pings: PingCount;
  readonly errors: ErrorCounts;
  readonly log: ClientLog;
  readonly vanishings: Vanishings;
}
