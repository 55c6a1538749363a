import type { OperationExample } from './example.ts';
import {
  ENDED_AT,
  ESTRELA,
  EXPIRES_AT,
  FARE,
  IDS,
  REQUESTED_AT,
  RIDER_TRIP,
  RIDER_TRIP_ON_THE_WAY,
  ROSSIO,
  STREAM_TICKET,
} from './values.ts';

export const RIDER_EXAMPLES: Readonly<Record<string, OperationExample>> = {
  createQuote: {
    request: { product: 'standard', pickup: ROSSIO, dropoff: ESTRELA },
    answer: {
      quote_id: IDS.quote,
      product: 'standard',
      pickup: ROSSIO,
      dropoff: ESTRELA,
      fare: FARE,
      distance_m: 1_840,
      distance_source: 'road',
      trip_s: 420,
      street_s: 400,
      line: [ROSSIO, { lat: 38.7141, lng: -9.1498 }, ESTRELA],
      pickup_eta_s: 150,
      created_at: REQUESTED_AT,
      expires_at: EXPIRES_AT,
    },
  },
  listProducts: {
    answer: {
      data: [
        {
          product: 'standard',
          name: 'Standard',
          seats: 4,
          base_fare: { amount_minor: 150, currency: 'EUR' },
          per_km: { amount_minor: 90, currency: 'EUR' },
          per_min: { amount_minor: 15, currency: 'EUR' },
          minimum_fare: { amount_minor: 400, currency: 'EUR' },
        },
      ],
    },
  },
  requestTrip: { request: { quote_id: IDS.quote }, answer: RIDER_TRIP },
  getTrip: { answer: RIDER_TRIP_ON_THE_WAY },
  listTrips: { answer: { data: [RIDER_TRIP_ON_THE_WAY], next_cursor: null } },
  cancelTrip: {
    request: { reason: 'I take the tram' },
    answer: {
      ...RIDER_TRIP_ON_THE_WAY,
      state: 'rider_canceled',
      seq: 4,
      ended_at: ENDED_AT,
      cancel_reason: 'I take the tram',
    },
  },
  createStreamTicket: { answer: STREAM_TICKET },
};
