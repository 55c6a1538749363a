import type { JSON_SUBPROTOCOL, RiderServerFrame, RiderTrip } from '#libs/contracts';
import { clearTimeout, setTimeout } from 'k6/timers';
import { type Params, WebSocket } from 'k6/websockets';

/** k6 runs no npm packages, so only types are imported from the contracts; this type checks the value. */
const SUBPROTOCOL: typeof JSON_SUBPROTOCOL = 'hailgrid.v1.json';
/** k6 accepts a subprotocol as the second argument; its type definitions lack that. */
const Socket = WebSocket as unknown as new (url: string, protocol: string, params: Params) => WebSocket;

/** How a rider's wait ended. `lost`: the socket failed or closed before any other outcome. */
export type WaitOutcome = 'driver_found' | 'no_driver' | 'out_of_patience' | 'lost';

const HAS_DRIVER: ReadonlySet<RiderTrip['state']> = new Set([
  'accepted',
  'arrived',
  'in_progress',
  'completed',
]);
const HAS_ENDED: ReadonlySet<RiderTrip['state']> = new Set([
  'rider_canceled',
  'no_drivers_available',
  'failed',
]);

/**
 * Follows a trip over a WebSocket until a driver accepts, the trip expires, or the rider's patience ends. Resumes
 * from the rider's sequence number, so that a change before the socket opened is not missed.
 */
export function followTrip(streamUrl: string, trip: RiderTrip, patienceS: number): Promise<WaitOutcome> {
  return new Promise((resolve) => {
    const socket = new Socket(streamUrl, SUBPROTOCOL, { tags: { name: 'stream' } });
    let decided = false;
    const decide = (outcome: WaitOutcome): void => {
      if (decided) return;
      decided = true;
      // A pending timer would keep the iteration, and so the virtual user, busy until it fires.
      clearTimeout(patience);
      socket.close();
      resolve(outcome);
    };
    const patience = setTimeout(() => decide('out_of_patience'), patienceS * 1000);
    socket.addEventListener('open', () => {
      const trips = [{ trip_id: trip.trip_id, last_seq: trip.seq }];
      socket.send(JSON.stringify({ type: 'resume', data: { trips } }));
    });
    socket.addEventListener('message', (event) => {
      if (!('data' in event) || typeof event.data !== 'string') return;
      const outcome = outcomeOf(JSON.parse(event.data) as RiderServerFrame, trip.trip_id);
      if (outcome !== undefined) decide(outcome);
    });
    socket.addEventListener('error', () => decide('lost'));
    socket.addEventListener('close', () => decide('lost'));
  });
}

function outcomeOf(frame: RiderServerFrame, tripId: string): WaitOutcome | undefined {
  if (frame.type === 'error') return 'lost';
  if (frame.type !== 'trip' || frame.data.trip.trip_id !== tripId) return undefined;
  if (HAS_DRIVER.has(frame.data.trip.state)) return 'driver_found';
  return HAS_ENDED.has(frame.data.trip.state) ? 'no_driver' : undefined;
}
