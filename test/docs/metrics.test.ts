import { globSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CHECKOUT } from '../../dev/build/checkout.ts';
import { readText, tableRows } from './markdown.ts';

const METRIC = /metrics\.(?:counter|gauge|gaugeBy|histogram)\(\s*'(\w+)'/g;

test('the table of ARCHITECTURE.md has exactly the metrics that the code makes', () => {
  const sources = globSync('{apps,libs}/**/*.ts', { cwd: CHECKOUT }).filter(
    (file) => !file.endsWith('.test.ts'),
  );
  const made = sources.flatMap((file) =>
    [...readText(file).matchAll(METRIC)].map(([, name]) => `hailgrid_${name}`),
  );
  const documented = tableRows(readText('ARCHITECTURE.md'), 'metric').map(([name]) => name);
  expect(documented).toHaveLength(made.length);
  expect(new Set(documented)).toEqual(new Set(made));
});
