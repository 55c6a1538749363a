import { webhookEvent } from '../webhook-event.ts';
import { ACCEPTED_AT, IDS, RIDER_TRIP_ON_THE_WAY } from './examples/values.ts';
import type { SchemaComponents } from './schema-components.ts';

const HEADERS = [
  [
    'webhook-id',
    'The trip and the number of its event: the same in each attempt. Ignore a message that came before',
  ],
  ['webhook-timestamp', 'Time of this attempt, in Unix seconds'],
  [
    'webhook-signature',
    '`v1,` and the HMAC-SHA256 of id, time and body, as Standard Webhooks specifies; while secrets change, one by each, separated by spaces',
  ],
] as const;

const TRIP_ACCEPTED = {
  type: 'trip.accepted',
  timestamp: ACCEPTED_AT,
  data: {
    event: {
      trip_id: IDS.trip,
      seq: 3,
      type: 'accepted',
      at: ACCEPTED_AT,
      driver_id: IDS.driver,
      freed_driver_id: null,
    },
    trip: { ...RIDER_TRIP_ON_THE_WAY, rider_id: IDS.rider },
  },
};

/** The calls that Hailgrid makes: the section `webhooks` of OpenAPI 3.1. */
export function webhooksSection(components: SchemaComponents) {
  return {
    trip_event: {
      post: {
        operationId: 'receiveTripEvent',
        tags: ['webhooks'],
        security: [],
        summary: 'An event of a trip, sent to each webhook that asked for its type, in order for each trip',
        parameters: HEADERS.map(([name, description]) => ({
          name,
          in: 'header',
          required: true,
          description,
          schema: { type: 'string' },
        })),
        requestBody: {
          required: true,
          content: {
            'application/json': { schema: components.answer(webhookEvent), example: TRIP_ACCEPTED },
          },
        },
        responses: {
          '2XX': { description: 'The message was taken and is not sent again' },
          410: { description: 'No more messages are wanted: the webhook is suspended' },
          default: { description: 'The message is sent again, after `Retry-After` if that is given' },
        },
      },
    },
  };
}
