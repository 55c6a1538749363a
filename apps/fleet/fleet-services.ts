import type { ApiClient, RequestSlots, TokenDesk } from './api/api-client.ts';
import type { LinkKeeper } from './api/stream-link.ts';
import type { Streets } from './city/streets.ts';
import type { ServiceClock, TimestampText } from './clock/service-clock.ts';
import type { TickWheel } from './clock/tick-wheel.ts';
import type { DriverHabits } from './drivers/driver-decisions.ts';
import type { ClientLog } from './statistics/client-log.ts';
import type { ErrorCounts, PingCount } from './statistics/counts.ts';
import type { TripBook } from './statistics/trip-book.ts';

export interface FleetSettings {
  readonly seed: number;
  /** Tells the Idempotency-Keys of this run from those of another with the same seed on the same database. */
  readonly run: string;
  readonly habits: DriverHabits;
  /** Of a rider who still waits. */
  readonly riderCancelProbability: number;
  /** Of a request that was acknowledged: its phone sends it once more. */
  readonly repeatProbability: number;
}

/** What every simulated person needs of the world. */
export interface FleetServices {
  readonly settings: FleetSettings;
  readonly clock: ServiceClock;
  readonly wheel: TickWheel;
  readonly timestampText: TimestampText;
  readonly streets: Streets;
  readonly tokens: TokenDesk;
  readonly riderApi: ApiClient;
  readonly driverApi: ApiClient;
  readonly riderSocketUrl: string;
  readonly driverSocketUrl: string;
  /** Bounds how many sockets are being opened at once. */
  readonly linkSlots: RequestSlots;
  readonly keeper: LinkKeeper;
  readonly book: TripBook;
  readonly pings: PingCount;
  readonly errors: ErrorCounts;
  readonly log: ClientLog;
}
