import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { CHECKOUT } from '../../dev/build/checkout.ts';
import { readText, tableRows } from './markdown.ts';

const README = readText('README.md');

async function optionsOf(script: string): Promise<string[]> {
  const command = ['--conditions=source', script, '--help'];
  const { stdout } = await promisify(execFile)(process.execPath, command, { cwd: CHECKOUT });
  return [...stdout.matchAll(/^\s+(?:-h, )?(--[a-z-]+)/gm)].map(([, option]) => option!);
}

test('the README has exactly the options that npm start takes', async () => {
  const documented = tableRows(README, 'option').map(([option]) => option!.split(' ')[0]!);
  expect(documented.toSorted()).toEqual((await optionsOf('dev/start.ts')).toSorted());
});

test('the npm scripts that the documents name exist', () => {
  const { scripts } = JSON.parse(readText('package.json')) as { scripts: Record<string, string> };
  const text = README + readText('ARCHITECTURE.md') + readText('CONTRIBUTING.md');
  const named = [...text.matchAll(/npm (?:run ([\w:]+)|(start|test))/g)].map(
    ([, run, short]) => run ?? short!,
  );
  expect(named.filter((script) => scripts[script] === undefined)).toEqual([]);
});
