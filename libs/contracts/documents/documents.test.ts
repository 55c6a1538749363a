import specs from '@asyncapi/specs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv, type SchemaObject } from 'ajv';
import { describe, expect, test } from 'vitest';
import { ERRORS } from '../errors.ts';
import { HTTP_ROUTES } from '../http/index.ts';
import { newId } from '../ids.ts';
import { webhookEvent } from '../webhook-event.ts';
import { EXAMPLES } from './examples/index.ts';
import { asyncApiDocument, openApiDocument, type ApiName } from './index.ts';

const APIS: readonly ApiName[] = ['rider', 'driver', 'trips', 'issuer'];
const COMPONENT = /^#\/components\/schemas\/(\w+)$/;

interface Operation {
  operationId: string;
  security: unknown[];
  parameters?: { name: string; in: string; required: boolean; schema: Record<string, unknown> }[];
  requestBody?: { required: boolean };
  responses: Record<string, { headers?: Record<string, unknown>; content?: Record<string, unknown> }>;
}

function operationsOf(api: ApiName): [path: string, method: string, operation: Operation][] {
  return Object.entries(openApiDocument(api).paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, operation]) => [path, method, operation as Operation] as [string, string, Operation],
    ),
  );
}

function operationOf(api: ApiName, path: string, method: string): Operation {
  return operationsOf(api).find(([itsPath, itsMethod]) => itsPath === path && itsMethod === method)![2];
}

function referencesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) =>
    key === '$ref' && typeof member === 'string' ? [member] : referencesIn(member),
  );
}

describe.each(APIS)('the OpenAPI document of %s', (api) => {
  test('is valid OpenAPI 3.1', async () => {
    const result = await new Validator().validate(structuredClone(openApiDocument(api)));
    expect(result).toMatchObject({ valid: true });
  });

  test('has each route of the API once, with unique operation ids', () => {
    const documented = operationsOf(api).map(([path, method]) => `${method.toUpperCase()} ${path}`);
    const routes = HTTP_ROUTES.filter((route) => route.api === api);
    expect(documented.toSorted()).toEqual(routes.map(({ method, path }) => `${method} ${path}`).toSorted());
    const names = operationsOf(api).map(([, , { operationId }]) => operationId);
    expect(new Set(names).size).toBe(names.length);
  });

  test('has exactly the components that it references', () => {
    const document = openApiDocument(api);
    const referred = referencesIn(document).map((ref) => COMPONENT.exec(ref)?.[1]);
    expect(new Set(referred)).toEqual(new Set(Object.keys(document.components.schemas)));
  });
});

describe('an operation', () => {
  test('that creates takes an Idempotency-Key and lists its errors', () => {
    const { parameters, requestBody, responses, security } = operationOf('rider', '/v1/trips', 'post');
    expect(parameters).toContainEqual(
      expect.objectContaining({ name: 'Idempotency-Key', in: 'header', required: true }),
    );
    expect(requestBody?.required).toBe(true);
    expect(security).toEqual([{ bearer: [] }]);
    expect(Object.keys(responses)).toEqual([
      '201',
      '400',
      '401',
      '403',
      '404',
      '408',
      '409',
      '413',
      '415',
      '422',
      '429',
      '500',
      '503',
    ]);
    expect(responses['409']?.content).toHaveProperty([
      'application/problem+json',
      'schema',
      'allOf',
      1,
      'properties',
      'code',
      'enum',
    ]);
    expect(responses['503']?.headers).toHaveProperty('Retry-After');
  });

  test('says that it may be limited, and when to call again', () => {
    for (const [, , { responses }] of APIS.flatMap(operationsOf))
      expect(responses['429']?.headers).toHaveProperty('Retry-After');
  });

  test('that reads a trip supports ETags', () => {
    const { parameters, responses } = operationOf('rider', '/v1/trips/{trip_id}', 'get');
    expect(parameters?.map(({ name }) => name)).toEqual(['trip_id', 'If-None-Match']);
    expect(responses['200']?.headers).toHaveProperty('ETag');
    expect(responses['304']?.content).toBeUndefined();
  });

  test('does not require parameters that have a default', () => {
    const list = operationOf('rider', '/v1/trips', 'get');
    expect(list.parameters?.map(({ name, required }) => [name, required])).toEqual([
      ['cursor', false],
      ['limit', false],
    ]);
    expect(list.parameters?.[1]?.schema).toMatchObject({ type: 'integer', default: 20, maximum: 100 });
    expect(operationOf('rider', '/v1/trips/{trip_id}/cancel', 'post').requestBody?.required).toBe(false);
  });

  test('without a role requires no token', () => {
    expect(operationOf('issuer', '/v1/tokens', 'post').security).toEqual([]);
  });

  test('names only codes that exist', () => {
    const named = APIS.flatMap(operationsOf).flatMap(([, , { responses }]) =>
      Object.values(responses).flatMap(
        (response) => JSON.stringify(response).match(/"enum":\[[^\]]*\]/g) ?? [],
      ),
    );
    const codes = new Set(named.flatMap((list) => JSON.parse(`{${list}}`).enum as string[]));
    expect([...codes].filter((code) => !Object.hasOwn(ERRORS, code))).toEqual([]);
    expect(codes.size).toBeGreaterThan(15);
  });
});

describe.each(HTTP_ROUTES.map((route) => [`${route.api} ${route.operationId}`, route] as const))(
  'the example of %s',
  (_, route) => {
    const example = EXAMPLES[route.api][route.operationId];

    test('is a request that the service reads', () => {
      expect(example).toBeDefined();
      expect(example?.request !== undefined).toBe(route.body !== undefined);
      if (route.body !== undefined) route.body.parse(example?.request);
    });

    test('is an answer with all its members and no other', () => {
      expect(route.response.parse(example?.answer)).toEqual(example?.answer);
    });
  },
);

test('no example is left of an operation that is gone', () => {
  const named = Object.entries(EXAMPLES).flatMap(([api, examples]) =>
    Object.keys(examples).map((id) => `${api} ${id}`),
  );
  expect(named.toSorted()).toEqual(
    HTTP_ROUTES.map(({ api, operationId }) => `${api} ${operationId}`).toSorted(),
  );
});

test('the example of a webhook message is one', () => {
  const { trip_event: message } = openApiDocument('trips').webhooks!;
  const { example } = message.post.requestBody.content['application/json'];
  expect(webhookEvent.parse(example)).toEqual(example);
});

describe('what a client reads', () => {
  const ENUM = /"enum":/g;
  const answersOf = (api: ApiName) =>
    operationsOf(api).map(([, , { responses }]) => JSON.stringify({ responses }));

  test.each(APIS)('may grow new members and values: %s', (api) => {
    const { components } = openApiDocument(api);
    const seen = new Set<string>();
    const open = (json: string): void => {
      expect(json).not.toContain('"additionalProperties":false');
      expect(json.match(/"x-extensible-enum":/g)?.length).toBe(json.match(ENUM)?.length);
      for (const [, name = ''] of json.matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
        if (seen.has(name)) continue;
        seen.add(name);
        open(JSON.stringify(components.schemas[name]));
      }
    };
    for (const answer of answersOf(api)) open(answer);
    expect(seen.size).toBeGreaterThan(0);
  });

  test('does not open the bodies of requests', () => {
    expect(openApiDocument('rider').components.schemas['TripRequest']).toMatchObject({
      additionalProperties: false,
    });
  });
});

describe.each(['rider', 'driver'] as const)('the AsyncAPI document of %s', (api) => {
  test('is valid AsyncAPI 3.0', () => {
    const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
    const validate = ajv.compile(specs.schemasWithoutId['3.0.0'] as SchemaObject);
    validate(asyncApiDocument(api));
    expect(validate.errors).toBeNull();
  });

  test('references only members that it has', () => {
    const document = asyncApiDocument(api);
    const missing = referencesIn(document).filter((ref) => {
      const path = ref.slice(2).split('/');
      return (
        path.reduce<unknown>((at, key) => (at as Record<string, unknown>)?.[key], document) === undefined
      );
    });
    expect(missing).toEqual([]);
  });

  test('has schemas that accept valid client frames and nothing else', () => {
    const document = asyncApiDocument(api);
    const ajv = new Ajv({ strict: false, validateFormats: false });
    const payload = document.channels.stream.messages['client_resume']!.payload;
    const accepts = ajv.compile({ ...payload, components: document.components });
    const frame = { type: 'resume', id: '1', data: { trips: [{ trip_id: newId('trip'), last_seq: 3 }] } };
    expect(accepts(frame)).toBe(true);
    expect(accepts({ ...frame, data: { trips: [{ trip_id: newId('rider'), last_seq: 3 }] } })).toBe(false);
    expect(accepts({ ...frame, more: 1 })).toBe(false);
  });
});
