import { createConfig, lintFromString, type Config } from '@redocly/openapi-core';
import spectral, { type IRuleResult } from '@stoplight/spectral-core';
import rulesets from '@stoplight/spectral-rulesets';
import { beforeAll, describe, expect, test } from 'vitest';
import { asyncApiDocument, openApiDocument, type ApiName, type StreamingApi } from './index.ts';

const OPEN_API: readonly ApiName[] = ['rider', 'driver', 'trips', 'issuer'];
const ASYNC_API: readonly StreamingApi[] = ['rider', 'driver', 'trips'];

/** Rules of spectral that are not asked, each with the reason. All others are, those off by default too. */
const NOT_ASKED = {
  // The contact is whoever runs Hailgrid. The document knows no address of theirs.
  'contact-properties': 'off',
  'asyncapi-info-contact-properties': 'off',
  // OpenAPI 3.1 names the roles of any scheme so; the rule is that of OpenAPI 3.0.
  'oas3-operation-security-defined': 'off',
  // AsyncAPI has no relative address. The socket is at the service that serves the document.
  'asyncapi-servers': 'off',
  // Generators of clients read 3.0; nothing of 3.1 is used.
  'asyncapi-latest-version': 'off',
};

function linter(ruleset: { rules: object }): spectral.Spectral {
  const one = new spectral.Spectral();
  const rules = Object.entries(NOT_ASKED).filter(([name]) => Object.hasOwn(ruleset.rules, name));
  one.setRuleset({ extends: [[ruleset, 'all']], rules: Object.fromEntries(rules) } as never);
  return one;
}

const messagesOf = (results: readonly IRuleResult[]): string[] =>
  results.map(({ code, path, message }) => `${code}: ${path.join('.')}: ${message}`);

let redocly: Config;
beforeAll(async () => {
  redocly = await createConfig({
    extends: ['recommended-strict'],
    // A sign-in is answered by a redirect.
    rules: { 'operation-2xx-response': 'off' },
  });
});

describe.each(OPEN_API)('the OpenAPI document of %s', (api) => {
  test('has nothing that spectral reports', async () => {
    const results = await linter(rulesets.oas).run(structuredClone(openApiDocument(api)) as never);
    expect(messagesOf(results)).toEqual([]);
  });

  test('has nothing that redocly reports', async () => {
    const problems = await lintFromString({
      source: JSON.stringify(openApiDocument(api)),
      absoluteRef: `/${api}.json`,
      config: redocly,
    });
    expect(
      problems.map(({ ruleId, message, location: [at] }) => `${ruleId}: ${at?.pointer ?? ''}: ${message}`),
    ).toEqual([]);
  });
});

describe.each(ASYNC_API)('the AsyncAPI document of %s', (api) => {
  test('has nothing that spectral reports', async () => {
    const results = await linter(rulesets.asyncapi).run(structuredClone(asyncApiDocument(api)) as never);
    expect(messagesOf(results)).toEqual([]);
  });
});
