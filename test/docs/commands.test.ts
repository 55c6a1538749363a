import { globSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CHECKOUT } from '../../dev/build/checkout.ts';
import { DOCUMENTS, readText, tableRows } from './markdown.ts';
import { optionsOf, runScript, scripts, scriptsNamedIn } from './npm-scripts.ts';

const INSTRUCTIONS = globSync('deploy/**/*.md', { cwd: CHECKOUT });

test('docs/operations.md has exactly the options that npm start takes', async () => {
  const rows = tableRows(readText('docs/operations.md'), 'option');
  const documented = rows.map(([option]) => option!.split(' ')[0]!);
  expect(documented.toSorted()).toEqual((await optionsOf('start')).toSorted());
});

test.for(Object.keys(scripts))('npm run %s prints its usage when asked for help', async (script) => {
  const { code, stdout } = await runScript(script, '--help');
  const asTyped = script === 'start' || script === 'test' ? `npm ${script}` : `npm run ${script}`;
  expect(stdout.split('\n')[0]).toContain(`Usage: ${asTyped} -- `);
  expect(code).toBe(0);
});

test.for(Object.keys(scripts))('npm run %s refuses an option that it does not know', async (script) => {
  const { code, stderr } = await runScript(script, '--no-such-option');
  // A command with required options names the first one missing instead.
  expect(stderr).toMatch(/error: (unknown option '--no-such-option'|required option )/);
  expect(code).toBe(1);
});

test.each([...DOCUMENTS, ...INSTRUCTIONS])('%s names only npm scripts that exist', (document) => {
  const named = scriptsNamedIn(readText(document));
  expect(named.filter((script) => scripts[script] === undefined)).toEqual([]);
});

test('CONTRIBUTING.md has a row for each npm script, and no second one', () => {
  const rows = tableRows(readText('CONTRIBUTING.md'), 'command');
  const documented = rows.flatMap(([command]) => scriptsNamedIn(command!));
  expect(documented.toSorted()).toEqual(Object.keys(scripts).toSorted());
});

test.each(['README.md', 'CONTRIBUTING.md'])('%s has at most 8 KiB', (document) => {
  expect(Buffer.byteLength(readText(document))).toBeLessThanOrEqual(8 * 1024);
});
