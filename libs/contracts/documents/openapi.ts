import type { z } from 'zod';
import { HTTP_ROUTES } from '../http/index.ts';
import type { HttpRoute } from '../http/route.ts';
import { apiInfo, type ApiName } from './api-info.ts';
import { problemResponses } from './problem-responses.ts';
import { SchemaComponents } from './schema-components.ts';
import { webhooksSection } from './webhooks-section.ts';

const REQUEST_ID = {
  'X-Request-Id': {
    description: 'Identifies this call in the logs; the X-Request-Id of the request if it has one',
    schema: { type: 'string' },
  },
};

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  description:
    'The same key with the same body gets the first answer again; with another body the call is refused',
  schema: { type: 'string', minLength: 1, maxLength: 200 },
};

const IF_NONE_MATCH = {
  name: 'If-None-Match',
  in: 'header',
  required: false,
  description: 'ETags that the caller has; answered 304 if the current one is among them',
  schema: { type: 'string' },
};

const IF_MATCH = {
  name: 'If-Match',
  in: 'header',
  required: false,
  description: 'ETags of the versions that the caller means; another current version is answered 412',
  schema: { type: 'string' },
};

const ETAG = { ETag: { description: 'Changes with every change', schema: { type: 'string' } } };

export type OpenApiDocument = ReturnType<typeof openApiDocument>;

/** The OpenAPI 3.1 document of one API, from the same routes that its handlers use. */
export function openApiDocument(api: ApiName) {
  const components = new SchemaComponents('draft-2020-12');
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of HTTP_ROUTES.filter((route) => route.api === api)) {
    const path = (paths[route.path] ??= {});
    path[route.method.toLowerCase()] = operation(route, components);
  }
  const webhooks = api === 'trips' ? webhooksSection(components) : undefined;
  return {
    openapi: '3.1.0',
    info: apiInfo(api),
    servers: [{ url: '/' }],
    paths,
    ...(webhooks !== undefined && { webhooks }),
    components: {
      schemas: components.all(),
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'Signed by a key of the JWKS',
        },
      },
    },
  };
}

function operation(route: HttpRoute, components: SchemaComponents): Record<string, unknown> {
  const parameters = [
    ...parametersIn('path', route.params, components),
    ...parametersIn('query', route.query, components),
    ...(route.idempotencyKey === undefined
      ? []
      : [{ ...IDEMPOTENCY_KEY, required: route.idempotencyKey === 'required' }]),
    ...(route.etag === true ? [IF_NONE_MATCH] : []),
    ...(route.ifMatch === true ? [IF_MATCH] : []),
  ];
  return {
    operationId: operationId(route),
    summary: route.summary,
    security: route.role === null ? [] : [{ bearer: route.scope === undefined ? [] : [route.scope] }],
    ...(parameters.length > 0 && { parameters }),
    ...(route.body !== undefined && { requestBody: requestBody(route.body, components) }),
    responses: {
      [route.status]: {
        description: route.summary,
        headers: { ...REQUEST_ID, ...((route.etag ?? route.ifMatch) === true && ETAG) },
        content: { 'application/json': { schema: components.schema(route.response) } },
      },
      ...(route.etag === true && {
        304: { description: 'The caller has the current version', headers: ETAG },
      }),
      ...problemResponses(route, components),
    },
  };
}

function requestBody(body: z.ZodType, components: SchemaComponents): Record<string, unknown> {
  return {
    required: !body.safeParse(undefined).success,
    content: { 'application/json': { schema: components.schema(body) } },
  };
}

function parametersIn(
  place: 'path' | 'query',
  schema: z.ZodObject | undefined,
  components: SchemaComponents,
): Record<string, unknown>[] {
  return Object.entries(schema?.shape ?? {}).map(([name, member]) => ({
    name,
    in: place,
    required: place === 'path' || !(member as z.ZodType).safeParse(undefined).success,
    schema: components.schema(member),
  }));
}

/** `POST /v1/trips/{trip_id}/cancel` → `post_trips_trip_id_cancel`. */
function operationId({ method, path }: HttpRoute): string {
  const words = path.match(/\w+/g) ?? [];
  return [method.toLowerCase(), ...words.filter((word) => word !== 'v1')].join('_');
}
