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

// Two processes at a time: one per core of a small machine.
test.for(Object.keys(scripts))(
  'npm run %s prints its usage and refuses an unknown option',
  async (script) => {
    const [help, refusal] = await Promise.all([
      runScript(script, '--help'),
      runScript(script, '--no-such-option'),
    ]);
    const asTyped = script === 'start' || script === 'test' ? `npm ${script}` : `npm run ${script}`;
    expect(help.stdout.split('\n')[0]).toContain(`Usage: ${asTyped} -- `);
    expect(help.code).toBe(0);
    // A command with required options names the first one missing instead.
    expect(refusal.stderr).toMatch(/error: (unknown option '--no-such-option'|required option )/);
    expect(refusal.code).toBe(1);
  },
);

test.each([...DOCUMENTS, ...INSTRUCTIONS])('%s names only npm scripts that exist', (document) => {
  const named = scriptsNamedIn(readText(document));
  expect(named.filter((script) => scripts[script] === undefined)).toEqual([]);
});

test('CONTRIBUTING.md has exactly one row for each npm script', () => {
  const rows = tableRows(readText('CONTRIBUTING.md'), 'command');
  const documented = rows.flatMap(([command]) => scriptsNamedIn(command!));
  expect(documented.toSorted()).toEqual(Object.keys(scripts).toSorted());
});

test.each(['README.md', 'CONTRIBUTING.md'])('%s has at most 8 KiB', (document) => {
  expect(Buffer.byteLength(readText(document))).toBeLessThanOrEqual(8 * 1024);
});
