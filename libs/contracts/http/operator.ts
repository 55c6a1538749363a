import { z } from 'zod';
import { tripParams } from './rider-trips.ts';
import { defineRoute } from './route.ts';
import { shardMapMessage } from '../shards.ts';
import { tripEvent, tripRecord } from '../trip.ts';

export const getShards = defineRoute({
  api: 'trips',
  method: 'GET',
  path: '/v1/shards',
  summary: 'Every shard with its owner and epoch',
  role: 'operator',
  response: shardMapMessage,
  status: 200,
  errors: [],
});

export const tripHistory = z
  .object({ trip: tripRecord, events: z.array(tripEvent) })
  .meta({ id: 'TripHistory' });

export const getTripHistory = defineRoute({
  api: 'trips',
  method: 'GET',
  path: '/v1/trips/{trip_id}/history',
  summary: 'A trip with all its events',
  role: 'operator',
  params: tripParams,
  response: tripHistory,
  status: 200,
  errors: ['trip_not_found'],
});
