import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asyncApiDocument, hasStream, openApiDocument, type ApiName } from '#libs/contracts';
import { CHECKOUT } from '../build/checkout.ts';

const APIS: readonly ApiName[] = ['rider', 'driver', 'trips'];

/** The documents of the newest release. The issuer is not among them: it is for development only. */
export const RELEASED = join(CHECKOUT, 'docs', 'api');

/** Each document by the name of its file, as the sources have it now. */
export function currentDocuments(): Readonly<Record<string, object>> {
  return Object.fromEntries(
    APIS.flatMap((api): [string, object][] => [
      [`${api}.openapi.json`, openApiDocument(api)],
      ...(hasStream(api) ? [[`${api}.asyncapi.json`, asyncApiDocument(api)] as [string, object]] : []),
    ]),
  );
}

export function releasedDocument(name: string): unknown {
  return JSON.parse(readFileSync(join(RELEASED, name), 'utf8'));
}

/** Makes the current documents those of the newest release. */
export function releaseDocuments(): void {
  for (const [name, document] of Object.entries(currentDocuments()))
    writeFileSync(join(RELEASED, name), `${JSON.stringify(document, null, 1)}\n`);
}
