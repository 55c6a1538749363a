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

const { scripts } = JSON.parse(readText('package.json')) as { scripts: Record<string, string> };

/** As npm runs a script, without npm and the set-up before it. */
function run(script: string, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const [, command = ''] = /^exec node dev\/bootstrap\.mjs (.+)$/.exec(scripts[script]!) ?? [];
  const words = ['--conditions=source', ...command.split(' '), ...args];
  return new Promise((resolve) => {
    execFile(process.execPath, words, { cwd: CHECKOUT, timeout: 30_000 }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr }),
    );
  });
}

test.for(Object.keys(scripts))('npm run %s prints its usage when asked for help', async (script) => {
  const { code, stdout } = await run(script, '--help');
  const asTyped = script === 'start' || script === 'test' ? `npm ${script}` : `npm run ${script}`;
  expect(stdout.split('\n')[0]).toContain(`Usage: ${asTyped} -- `);
  expect(code).toBe(0);
});

test.for(Object.keys(scripts))('npm run %s refuses an option that it does not know', async (script) => {
  const { code, stderr } = await run(script, '--no-such-option');
  // A command with required options names the first one missing instead.
  expect(stderr).toMatch(/error: (unknown option '--no-such-option'|required option )/);
  expect(code).toBe(1);
});

test('the npm scripts that the documents name exist', () => {
  const text = README + readText('ARCHITECTURE.md') + readText('CONTRIBUTING.md');
  const named = [...text.matchAll(/npm (?:run ([\w:]+)|(start|test))/g)].map(
    ([, run, short]) => run ?? short!,
  );
  expect(named.filter((script) => scripts[script] === undefined)).toEqual([]);
});
