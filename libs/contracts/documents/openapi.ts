import type { z } from 'zod';
import { HTTP_ROUTES } from '../http/index.ts';
import { ROUTE_TAGS, type HttpRoute, type RouteTag } from '../http/route.ts';
import { oauthRefusal } from '../http/sign-in.ts';
import { apiInfo, type ApiName } from './api-info.ts';
import { EXAMPLES } from './examples/index.ts';
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

const SECURITY_SCHEMES = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'Signed by a key of the JWKS',
  },
};

/** Parameters that mean the same wherever they are, and do not say what. */
const DESCRIBED: Readonly<Record<string, string>> = {
  attention: 'Only trips that need attention',
  kind: 'Only entries of this kind',
  limit: 'How many entries the page has at most',
  matcher: 'The name of the process, such as matcher-1',
  product: 'Only drivers of this product',
  state: 'Only trips in this state',
  status: 'Only drivers with this status',
  cursor: 'The `next_cursor` of the page before; absent: the first page',
};

/** Status of an answer that sends a browser elsewhere, whatever the method of the request. */
const SEE_OTHER = 303;

const REDIRECT = {
  description: 'The browser goes on at this address',
  headers: { ...REQUEST_ID, Location: { required: true, schema: { type: 'string', format: 'uri' } } },
};

export type OpenApiDocument = ReturnType<typeof openApiDocument>;

/** The OpenAPI 3.1 document of one API, from the same routes that its handlers use. */
export function openApiDocument(api: ApiName) {
  const components = new SchemaComponents('draft-2020-12');
  const paths: Record<string, Record<string, unknown>> = {};
  const routes = HTTP_ROUTES.filter((route) => route.api === api);
  for (const route of routes) {
    const path = (paths[route.path] ??= {});
    path[route.method.toLowerCase()] = operation(route, components);
  }
  const webhooks = api === 'trips' ? webhooksSection(components) : undefined;
  return {
    openapi: '3.1.0',
    info: apiInfo(api),
    servers: [{ url: '/', description: 'The service that serves this document' }],
    tags: tagsOf(routes, webhooks !== undefined),
    paths,
    ...(webhooks !== undefined && { webhooks }),
    components: {
      schemas: components.all(),
      ...(routes.some(({ role, anyToken }) => role !== null || anyToken === true) && {
        securitySchemes: SECURITY_SCHEMES,
      }),
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
  const example = EXAMPLES[route.api][route.operationId];
  return {
    operationId: route.operationId,
    tags: [route.tag],
    summary: route.summary,
    description: descriptionOf(route),
    security:
      route.role === null && route.anyToken !== true
        ? []
        : [{ bearer: route.scope === undefined ? [] : [route.scope] }],
    ...(parameters.length > 0 && { parameters }),
    ...(route.body !== undefined && {
      requestBody: requestBody(route, route.body, example?.request, components),
    }),
    responses: {
      ...(route.status === SEE_OTHER ? {} : { [route.status]: answer(route, example?.answer, components) }),
      ...((route.status === SEE_OTHER || route.mayRedirect === true) && { [SEE_OTHER]: REDIRECT }),
      ...(route.etag === true && {
        304: { description: 'The caller has the current version', headers: ETAG },
      }),
      ...problemResponses(route, components),
      ...(route.oauthErrors === true && oauthResponses(components)),
    },
  };
}

function answer(route: HttpRoute, example: unknown, components: SchemaComponents): Record<string, unknown> {
  const type = route.page === true ? 'text/html' : 'application/json';
  return {
    description: route.summary,
    headers: { ...REQUEST_ID, ...((route.etag ?? route.ifMatch) === true && ETAG) },
    content: { [type]: { schema: components.answer(route.response), example } },
  };
}

function oauthResponses(components: SchemaComponents): Record<string, unknown> {
  const content = { 'application/json': { schema: components.answer(oauthRefusal) } };
  return {
    400: { description: 'The request or its grant is not valid (RFC 6749, 5.2)', content },
    401: { description: 'The client could not be authenticated (RFC 6749, 5.2)', content },
  };
}

function requestBody(
  { form }: HttpRoute,
  body: z.ZodType,
  example: unknown,
  components: SchemaComponents,
): Record<string, unknown> {
  const type = form === true ? 'application/x-www-form-urlencoded' : 'application/json';
  return {
    required: !body.safeParse(undefined).success,
    content: { [type]: { schema: components.schema(body), example } },
  };
}

/** What the members of an operation do not say by themselves. */
function descriptionOf({ summary, role, scope, anyToken, idempotencyKey }: HttpRoute): string {
  return [
    `${summary}.`,
    role === null
      ? anyToken === true
        ? 'For a token of any role.'
        : 'Needs no token.'
      : `For a token of a ${role}${scope === undefined ? '' : ` with the scope \`${scope}\``}.`,
    ...(idempotencyKey === 'required' ? ['Needs an `Idempotency-Key`.'] : []),
  ].join(' ');
}

/** The groups of these routes, by name. */
function tagsOf(routes: readonly HttpRoute[], hasWebhooks: boolean): { name: string; description: string }[] {
  const names = new Set<RouteTag>([
    ...routes.map(({ tag }) => tag),
    ...(hasWebhooks ? (['webhooks'] as const) : []),
  ]);
  return [...names].sort().map((name) => ({ name, description: ROUTE_TAGS[name] }));
}

function parametersIn(
  place: 'path' | 'query',
  schema: z.ZodObject | undefined,
  components: SchemaComponents,
): Record<string, unknown>[] {
  return Object.entries(schema?.shape ?? {}).map(([name, member]) => {
    const { description = DESCRIBED[name], ...json } = components.schema(member);
    return {
      name,
      in: place,
      required: place === 'path' || !(member as z.ZodType).safeParse(undefined).success,
      description,
      schema: json,
    };
  });
}
