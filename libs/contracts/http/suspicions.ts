import { z } from 'zod';
import { defineRoute } from './route.ts';
import { driverId } from '../ids.ts';
import { suspicion } from '../suspicions.ts';

/** How many suspicions one answer lists at most; a request for more gets 400. */
export const MAX_SUSPICIONS_PER_PAGE = 500;

export const getSuspicions = defineRoute({
  api: 'trips',
  method: 'GET',
  path: '/v1/ops/suspicions',
  operationId: 'listSuspicions',
  tag: 'attention',
  summary:
    'Drivers whose positions look made up, newest first; one entry a driver and ten minutes, kept for a week',
  role: 'operator',
  scope: 'ops.read',
  query: z.strictObject({
    driver_id: driverId.optional(),
    limit: z.coerce.number().int().min(1).max(MAX_SUSPICIONS_PER_PAGE).default(100),
  }),
  response: z.object({ data: z.array(suspicion) }),
  status: 200,
  errors: [],
});
