import { globSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CHECKOUT } from '../../dev/build/checkout.ts';
import { REFERENCE_PAGES } from '../../dev/reference/pages.ts';
import { TOOL_VARIABLES } from '../../dev/reference/tool-variables.ts';
import { testDatabase, type TestDatabase } from '../../dev/test-world/index.ts';
import { readText } from './markdown.ts';

const HINT = 'docs/reference is up to date; run npm run docs';

let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

test.each(Object.entries(REFERENCE_PAGES))('docs/reference/%s.md is up to date', async (name, render) => {
  await expect(await render(database.url)).toMatchFileSnapshot(
    join(CHECKOUT, `docs/reference/${name}.md`),
    HINT,
  );
});

test('docs/reference has no page that nothing generates', () => {
  const pages = globSync('docs/reference/*.md', { cwd: CHECKOUT });
  const generated = Object.keys(REFERENCE_PAGES).map((name) => `docs/reference/${name}.md`);
  expect(pages.filter((page) => !generated.includes(page))).toEqual([]);
});

test('the reference has every variable that the npm scripts read', () => {
  const sources = globSync('{ops,dev,proof,load}/**/*.{ts,mjs}', { cwd: CHECKOUT });
  const read = sources.flatMap((source) =>
    [...readText(source).matchAll(/\benv(?:ironment)?(?:\[|, )'(HAILGRID_\w+)'/g)].map(([, name]) => name!),
  );
  expect(new Set(read)).toEqual(new Set(Object.keys(TOOL_VARIABLES)));
});
