import { z } from 'zod';
import { tripParams } from './rider-trips.ts';
import { defineRoute } from './route.ts';
import { driverRecord } from '../commands/drivers.ts';
import { driverId, type Scope } from '../ids.ts';
import { tripRecord } from '../trip.ts';
import { typedText } from '../text.ts';

/** How many characters the reason code of an operator's act may have; it becomes the trip's `cancel_reason`. */
const MAX_REASON_CODE_LENGTH = 64;
/** How many characters an operator may note about an act; a longer note gets 400. */
const MAX_NOTE_LENGTH = 500;

/** Why an operator acts. Operators choose the codes; riders and drivers see the code of an end, never the note. */
export const operatorActRequest = z
  .strictObject({
    reason_code: z
      .string()
      .max(MAX_REASON_CODE_LENGTH)
      .regex(/^[a-z][a-z0-9_]*$/)
      .meta({ description: "the operators' own code", example: 'vehicle_breakdown' }),
    note: typedText(MAX_NOTE_LENGTH, { lines: true })
      .optional()
      .meta({ description: 'kept in the event, for operators' }),
  })
  .meta({ id: 'OperatorActRequest' });
export type OperatorActRequest = z.infer<typeof operatorActRequest>;

function actRoute<P extends string, I extends string>(
  path: P,
  operationId: I,
  summary: string,
  scope: Scope = 'ops.write',
) {
  return defineRoute({
    api: 'trips',
    method: 'POST',
    path,
    operationId,
    tag: 'trips',
    summary,
    role: 'operator',
    scope,
    params: tripParams,
    body: operatorActRequest,
    response: tripRecord,
    status: 200,
    idempotencyKey: 'optional',
    ifMatch: true,
    errors: ['trip_not_found', 'illegal_transition', 'precondition_failed', 'idempotency_key_reused'],
  });
}

export const postOperatorCancel = actRoute(
  '/v1/ops/trips/{trip_id}/cancel',
  'cancelTrip',
  'Cancel a trip for its rider before the ride; its driver is free',
);
export const postOperatorComplete = actRoute(
  '/v1/ops/trips/{trip_id}/complete',
  'completeTrip',
  'End a ride whose driver does not: the rider is at the dropoff',
  'ops.force',
);
export const postOperatorFail = actRoute(
  '/v1/ops/trips/{trip_id}/fail',
  'failTrip',
  'End a trip that cannot go on, in any state but an ended one; its driver is free',
  'ops.force',
);
export const postOperatorRedispatch = actRoute(
  '/v1/ops/trips/{trip_id}/redispatch',
  'redispatchTrip',
  'Take a trip from its driver before the ride, and search for another one',
);

/** How a driver gets the trip that an operator gives it. */
export const operatorAssignRequest = z
  .strictObject({
    ...operatorActRequest.shape,
    driver_id: driverId,
    mode: z.enum(['bind', 'force', 'offer']).default('bind').meta({
      description:
        '`bind`: the driver gets the trip without being asked. `force`: even if it refused the trip, gave it back or did not answer. `offer`: it is asked, and may decline',
    }),
  })
  .meta({ id: 'OperatorAssignRequest' });
export type OperatorAssignRequest = z.output<typeof operatorAssignRequest>;

export const postOperatorAssign = defineRoute({
  api: 'trips',
  method: 'POST',
  path: '/v1/ops/trips/{trip_id}/assign',
  operationId: 'assignTrip',
  tag: 'trips',
  summary: 'Give a waiting trip to a free driver; another one who is asked is asked no longer',
  role: 'operator',
  scope: 'ops.write',
  params: tripParams,
  body: operatorAssignRequest,
  response: tripRecord,
  status: 200,
  idempotencyKey: 'optional',
  ifMatch: true,
  errors: [
    'trip_not_found',
    'driver_not_found',
    'illegal_transition',
    'driver_offline',
    'driver_claimed',
    'driver_excluded',
    'driver_of_other_product',
    'insufficient_scope',
    'precondition_failed',
    'idempotency_key_reused',
  ],
});

export const postOperatorOffline = defineRoute({
  api: 'trips',
  method: 'POST',
  path: '/v1/ops/drivers/{driver_id}/offline',
  operationId: 'endDriverSession',
  tag: 'drivers',
  summary: 'End the session of a driver without a trip; an open offer is withdrawn',
  role: 'operator',
  scope: 'ops.write',
  params: z.strictObject({ driver_id: driverId }),
  body: operatorActRequest,
  response: driverRecord,
  status: 200,
  idempotencyKey: 'optional',
  ifMatch: true,
  errors: ['driver_not_found', 'driver_on_trip', 'precondition_failed', 'idempotency_key_reused'],
});
