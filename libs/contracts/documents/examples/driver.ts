import type { OperationExample } from './example.ts';
import { DRIVER_TRIP, IDS, REQUESTED_AT, ROSSIO, STREAM_TICKET, VEHICLE } from './values.ts';

const ONLINE = {
  driver_id: IDS.driver,
  status: 'free',
  session: 7,
  last_seq: null,
  product: 'standard',
  vehicle: VEHICLE,
  offer: null,
  trip: null,
  next_trip: null,
};
const ARRIVED = { ...DRIVER_TRIP, state: 'arrived', seq: 4, arrived_at: '2026-03-01T12:03:00.000Z' };
const STARTED = { ...ARRIVED, state: 'in_progress', seq: 5, started_at: '2026-03-01T12:04:00.000Z' };

export const DRIVER_EXAMPLES: Readonly<Record<string, OperationExample>> = {
  getDriver: { answer: ONLINE },
  goOnline: { request: { product: 'standard', vehicle: VEHICLE }, answer: ONLINE },
  goOffline: { answer: { ...ONLINE, status: 'offline', session: null, product: null, vehicle: null } },
  reportPositions: {
    request: {
      positions: [
        { session: 7, seq: 1, ...ROSSIO, recorded_at: REQUESTED_AT, heading_deg: 90, speed_mps: 8.5 },
      ],
    },
    answer: { at: REQUESTED_AT, clock_offset_ms: 0, offer: null, accepted: 1, rejected: [] },
  },
  acceptOffer: { answer: DRIVER_TRIP },
  declineOffer: { answer: { ...DRIVER_TRIP, state: 'processing', accepted_at: null } },
  reportArrival: { answer: ARRIVED },
  startRide: { answer: STARTED },
  completeRide: {
    answer: { ...STARTED, state: 'completed', seq: 6, ended_at: '2026-03-01T12:11:00.000Z' },
  },
  giveTripBack: {
    request: { reason: 'Flat tyre' },
    answer: { ...DRIVER_TRIP, state: 'processing', seq: 4, accepted_at: null },
  },
  createStreamTicket: { answer: STREAM_TICKET },
};
