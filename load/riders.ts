/**
 * Riders against a running system with a fleet: quote, request, follow over a WebSocket until a driver accepts,
 * sometimes cancel. Run it with `npm run load` or `k6 run load/riders.ts`; settings in settings.ts.
 */
import { check, fail, randomSeed } from 'k6';
import exec from 'k6/execution';
import type { Options } from 'k6/options';
import type { RiderTrip } from '#libs/contracts';
import { followTrip } from './riders/follow-trip.ts';
import { recordWait, THRESHOLDS, tripsCanceled } from './riders/measures.ts';
import { drawRide } from './riders/places.ts';
import { issueToken, RiderApi } from './riders/rider-api.ts';
import { summarize, type K6Summary } from './riders/summary.ts';
import { readSettings } from './settings.ts';

const settings = readSettings(__ENV);
/** Time of an iteration besides the wait for a driver. */
const ERRANDS_S = 5;
/** Wait for which virtual users are allocated in advance; allocating them during the run drops iterations. */
const USUAL_WAIT_S = 20;

export const options: Options = {
  scenarios: {
    riders: {
      executor: 'constant-arrival-rate',
      rate: Math.round(settings.ratePerS * 60),
      timeUnit: '1m',
      duration: settings.duration,
      preAllocatedVUs: Math.ceil(settings.ratePerS * Math.min(USUAL_WAIT_S, settings.patienceS)),
      maxVUs: Math.ceil(settings.ratePerS * (settings.patienceS + ERRANDS_S)),
      gracefulStop: `${settings.patienceS + ERRANDS_S}s`,
    },
  },
  thresholds: THRESHOLDS,
  summaryTrendStats: ['avg', 'min', 'med', 'p(95)', 'p(99)', 'max'],
};

/** One iteration is one rider: the trip of the one before may still be under way, and a rider has one at a time. */
export default async function requestAndWait(): Promise<void> {
  if (exec.vu.iterationInInstance === 0) randomSeed(settings.seed * 1_000_003 + exec.vu.idInTest);
  const api = new RiderApi(settings.riderApiUrl, riderToken());
  const trip = requestTrip(api);
  const requestedAt = Date.now();
  const ticket = api.streamTicket();
  check(ticket, { 'stream ticket is 201': ({ status }) => status === 201 });
  if (ticket.body === undefined) fail('no stream ticket');
  const outcome = await followTrip(api.streamUrl(ticket.body.ticket), trip, settings.patienceS);
  recordWait(outcome, Date.now() - requestedAt);
  if (outcome === 'driver_found' && Math.random() < settings.cancelShare)
    cancel(api, trip, 'changed my mind');
  if (outcome === 'out_of_patience') cancel(api, trip, 'waited too long');
}

export function handleSummary(data: K6Summary): Record<string, string> {
  const file = __ENV['HAILGRID_LOAD_SUMMARY'];
  return { stdout: summarize(data), ...(file !== undefined && { [file]: JSON.stringify(data) }) };
}

function riderToken(): string {
  const answer = issueToken(settings.issuerUrl);
  check(answer, { 'token is 201': ({ status }) => status === 201 });
  if (answer.body === undefined) fail('no token');
  return answer.body.token;
}

function requestTrip(api: RiderApi): RiderTrip {
  const quote = api.quote({ product: 'standard', ...drawRide(settings.area, Math.random) });
  check(quote, {
    'quote is 201 and priced': ({ status, body }) => status === 201 && (body?.fare.amount_minor ?? 0) > 0,
  });
  if (quote.body === undefined) fail('no quote');
  const request = { quote_id: quote.body.quote_id };
  const key = `${settings.seed}-${quote.body.quote_id}`;
  const first = api.requestTrip(request, key);
  check(first, { 'trip is 201': ({ status }) => status === 201 });
  if (first.body === undefined) fail('no trip');
  if (Math.random() < settings.repeatShare) {
    const again = api.requestTrip(request, key);
    check(again, { 'same key gives the same trip': ({ body }) => body?.trip_id === first.body?.trip_id });
  }
  return first.body;
}

function cancel(api: RiderApi, trip: RiderTrip, reason: string): void {
  const answer = api.cancel(trip.trip_id, { reason });
  check(answer, { 'cancel is 200 or comes too late': ({ status }) => status === 200 || status === 409 });
  if (answer.status === 200) tripsCanceled.add(1);
}
