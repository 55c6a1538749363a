import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { breakingChanges } from '../../dev/api/breaking-changes.ts';
import { currentDocuments, RELEASED, releasedDocument } from '../../dev/api/released-documents.ts';

const DOCUMENTS = Object.entries(currentDocuments());

/** Far above what one comparison takes; building oasdiff takes a minute. */
const TIMEOUT_MS = 600_000;

test('the released documents are those of today', () => {
  expect(readdirSync(RELEASED).toSorted()).toEqual(DOCUMENTS.map(([name]) => name).toSorted());
});

test.each(DOCUMENTS)(
  '%s takes nothing away from the clients of its release',
  { timeout: TIMEOUT_MS },
  async (name, document) => {
    expect(await breakingChanges(releasedDocument(name), document)).toEqual([]);
  },
);

interface Json {
  [key: string]: Json;
}

type Edit = (document: Json) => unknown;

const schema = (document: Json, name: string): Json => document['components']!['schemas']![name]!;
const list = (json: Json | undefined): string[] => json as unknown as string[];

describe('a change of the documents', () => {
  const edited = (name: string, edit: Edit): [unknown, unknown] => {
    const [older, newer] = [releasedDocument(name), releasedDocument(name)];
    edit(newer as Json);
    return [older, newer];
  };

  test.each<[string, string, Edit]>([
    ['a removed path', 'rider.openapi.json', ({ paths }) => delete paths!['/v1/quotes']],
    [
      'a removed member of an answer',
      'rider.openapi.json',
      (d) => delete schema(d, 'RiderTrip')['properties']!['fare'],
    ],
    [
      'a renamed operation',
      'rider.openapi.json',
      ({ paths }) => Object.assign(paths!['/v1/quotes']!['post']!, { operationId: 'quote' }),
    ],
    [
      'an answer of another type',
      'rider.openapi.json',
      (d) => Object.assign(schema(d, 'Quote')['properties']!['trip_s']!, { type: 'string' }),
    ],
    [
      'a new required member of a request',
      'rider.openapi.json',
      (d) =>
        list(
          schema(d, 'CancelRequest')['required'] ?? (schema(d, 'CancelRequest')['required'] = [] as never),
        ).push('reason'),
    ],
    [
      'a removed member of a request',
      'rider.openapi.json',
      (d) => delete schema(d, 'CancelRequest')['properties']!['reason'],
    ],
    ['a value that a request had', 'rider.openapi.json', (d) => list(schema(d, 'Product')['enum']).pop()],
    ['a removed webhook', 'trips.openapi.json', ({ webhooks }) => delete webhooks!['trip_event']],
    [
      'a removed frame',
      'driver.asyncapi.json',
      ({ channels }) => delete channels!['stream']!['messages']!['server_offer'],
    ],
    [
      'a removed member of a frame',
      'driver.asyncapi.json',
      (d) => delete schema(d, 'DriverOffer')['properties']!['expires_at'],
    ],
  ])('breaks clients: %s', { timeout: TIMEOUT_MS }, async (_, name, edit) => {
    expect(await breakingChanges(...edited(name, edit))).not.toEqual([]);
  });

  test.each<[string, string, Edit]>([
    [
      'a new member of an answer',
      'rider.openapi.json',
      (d) => Object.assign(schema(d, 'RiderTrip')['properties']!, { tip: { type: 'number' } }),
    ],
    [
      'a new value of an answer',
      'rider.openapi.json',
      (d) =>
        [list(schema(d, 'TripState')['enum']), list(schema(d, 'TripState')['x-extensible-enum'])].forEach(
          (values) => values.push('paused'),
        ),
    ],
    [
      'a new optional member of a request',
      'rider.openapi.json',
      (d) => Object.assign(schema(d, 'CancelRequest')['properties']!, { code: { type: 'string' } }),
    ],
    [
      'a new path',
      'rider.openapi.json',
      ({ paths }) => Object.assign(paths!, { '/v1/tips': paths!['/v1/products'] }),
    ],
    [
      'a new frame',
      'driver.asyncapi.json',
      ({ channels }) =>
        Object.assign(channels!['stream']!['messages']!, { server_news: { payload: { type: 'object' } } }),
    ],
  ])('is growth: %s', { timeout: TIMEOUT_MS }, async (_, name, edit) => {
    expect(await breakingChanges(...edited(name, edit))).toEqual([]);
  });
});
