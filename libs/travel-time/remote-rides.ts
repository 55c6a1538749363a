import type { RideOutcome, RideProvider, RideTable } from '#libs/geo';
import type { EngineBreaker } from './engine-breaker.ts';
import { EngineRefusal } from './engine-refusal.ts';
import type { RouteSource } from './route-source.ts';
import type { TravelTimeMetrics } from './travel-time-metrics.ts';

export interface RemoteRideOptions {
  readonly source: RouteSource;
  readonly breaker: EngineBreaker;
  /** Time limit for a route, machine time. */
  readonly timeoutMs: number;
  /** Longer rides are refused. */
  readonly rideCutOffS: number;
  /** Used for rides for which the engine gives no timely answer, and those with an end that it does not place. */
  readonly fallback: RideTable;
  readonly metrics: TravelTimeMetrics;
}

/** Rides along the routes of a routing engine. */
export function remoteRides(options: RemoteRideOptions): RideProvider {
  const { source, breaker, timeoutMs, rideCutOffS, fallback, metrics } = options;
  return {
    ride: async (from, to, atMs) => {
      if (!breaker.admits()) {
        metrics.countRoute('open');
        return fallback.ride(from, to, atMs);
      }
      const signal = AbortSignal.timeout(timeoutMs);
      try {
        const route = await source.routeBetween(from, to, signal);
        breaker.succeeded();
        metrics.countRoute('answered');
        return route.seconds > rideCutOffS ? 'too_long' : { ...route, source: 'road' };
      } catch (error) {
        if (error instanceof EngineRefusal) {
          breaker.succeeded();
          metrics.countRoute('refused');
          return refusedRide(error) ?? fallback.ride(from, to, atMs);
        }
        breaker.failed();
        metrics.countRoute(signal.aborted ? 'late' : 'failed');
        return fallback.ride(from, to, atMs);
      } finally {
        metrics.circuit(breaker.isOpen);
      }
    },
  };
}

/** What a refusal says about the ride; undefined if only that the engine does not know its ends. */
function refusedRide({ reason }: EngineRefusal): RideOutcome | undefined {
  if (reason === 'no_route') return 'no_route';
  return reason === 'too_far' ? 'too_long' : undefined;
}
