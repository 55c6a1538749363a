import { z } from 'zod';
import { quoteId } from '../ids.ts';
import { distanceSource, money, point, product, timestamp } from '../values.ts';
import { defineRoute } from './route.ts';

export const quoteRequest = z
  .strictObject({ product, pickup: point, dropoff: point })
  .meta({ id: 'QuoteRequest' });
export type QuoteRequest = z.infer<typeof quoteRequest>;

/** How many points the line of a quote has at most: enough to draw a ride across a city. */
export const MAX_LINE_POINTS = 500;

export const quote = z
  .object({
    quote_id: quoteId,
    product,
    pickup: point,
    dropoff: point,
    fare: money,
    distance_m: z.number().min(0).meta({ description: 'of the same route as trip_s and line' }),
    distance_source: distanceSource.default('air'),
    trip_s: z.number().min(0).meta({ description: 'estimated ride time, as completed rides taught it' }),
    street_s: z.number().min(0).nullable().default(null).meta({
      description: 'ride time of the route as the streets alone have it; null: not known',
    }),
    line: z
      .array(point)
      .max(MAX_LINE_POINTS)
      .default([])
      .meta({ description: 'the route from pickup to dropoff; of a long one evenly chosen points' }),
    pickup_eta_s: z.number().nullable().meta({
      description:
        'drive time of the nearest free driver between the areas of driver and pickup, in steps, and the same for some seconds; null: none known',
    }),
    created_at: timestamp,
    expires_at: timestamp,
  })
  .meta({ id: 'Quote', description: 'Upfront fare and times; the price holds until it expires' });
export type Quote = z.infer<typeof quote>;

export const postQuote = defineRoute({
  api: 'rider',
  method: 'POST',
  path: '/v1/quotes',
  operationId: 'createQuote',
  tag: 'quotes',
  summary: 'Upfront fare, pickup ETA and trip time; locks the price until it expires',
  role: 'rider',
  body: quoteRequest,
  response: quote,
  status: 201,
  idempotencyKey: 'optional',
  budget: 'quotes',
  errors: ['outside_service_area', 'route_too_short', 'no_route', 'ride_too_long'],
});

export const productList = z.object({
  data: z.array(
    z.object({
      product,
      name: z.string(),
      seats: z.int(),
      base_fare: money,
      per_km: money,
      per_min: money,
      minimum_fare: money,
    }),
  ),
});
export type ProductList = z.infer<typeof productList>;

export const getProducts = defineRoute({
  api: 'rider',
  method: 'GET',
  path: '/v1/products',
  operationId: 'listProducts',
  tag: 'quotes',
  summary: 'All products with their tariffs',
  role: 'rider',
  response: productList,
  status: 200,
  errors: [],
});
