import { Counter, Rate, Trend } from 'k6/metrics';
import type { WaitOutcome } from './follow-trip.ts';

/** Time from the 201 of the request to the frame that names the driver. */
const timeToDriver = new Trend('time_to_driver_ms', true);
const driverFound = new Rate('driver_found');
const outcomes: Readonly<Record<WaitOutcome, Counter>> = {
  driver_found: new Counter('trips_driver_found'),
  no_driver: new Counter('trips_no_driver'),
  out_of_patience: new Counter('trips_out_of_patience'),
  lost: new Counter('trips_lost'),
};
export const tripsCanceled = new Counter('trips_canceled');

export function recordWait(outcome: WaitOutcome, waitedMs: number): void {
  outcomes[outcome].add(1);
  driverFound.add(outcome === 'driver_found');
  if (outcome === 'driver_found') timeToDriver.add(waitedMs);
}

/** Thresholds that a run must meet to pass. Latencies are for loopback or a local network, not for a phone's. */
export const THRESHOLDS = {
  http_req_failed: ['rate<0.01'],
  checks: ['rate>0.99'],
  'http_req_duration{name:quote}': ['p(95)<250'],
  'http_req_duration{name:trip_request}': ['p(95)<250'],
  // Includes the second or more that a driver takes to answer an offer.
  time_to_driver_ms: ['p(95)<20000'],
  // Fails without a fleet: then the run has measured nothing useful.
  driver_found: ['rate>0.8'],
  trips_lost: ['count<1'],
  // An iteration that could not start is load that was configured but not generated.
  dropped_iterations: ['count<1'],
};
