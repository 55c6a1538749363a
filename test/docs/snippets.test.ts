import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestCity } from '../city/test-city.ts';
import { codeBlocks, DOCUMENTS, readText } from './markdown.ts';
import { optionsOf, scriptsNamedIn } from './npm-scripts.ts';
import { runInBash } from './run-in-bash.ts';

/** The services at the addresses in README.md, which `npm start` shows. */
const ADDRESSES = {
  'http://127.0.0.1:8080': 'rider-api-1',
  'http://127.0.0.1:8081': 'driver-api-1',
  'http://127.0.0.1:8082': 'dev-issuer-1',
  'http://127.0.0.1:8083': 'trips-1',
};
/** docs/operations.md continues in the shell of README.md. */
const PLAYED = ['README.md', 'docs/operations.md'];
/** Matches lines that start something long, or something that this machine may lack. */
const COMMAND_LINE = /^(npm|docker) /;
const END_OF_SNIPPET = '--- end of snippet ---';

const linesOf = (snippet: string) => snippet.split('\n').filter((line) => !/^\s*(#|$)/.test(line));
const isCommands = (snippet: string) => linesOf(snippet).every((line) => COMMAND_LINE.test(line));

const played = PLAYED.flatMap((document) => codeBlocks(readText(document), 'sh')).filter(
  (snippet) => !isCommands(snippet),
);
const commandLines = DOCUMENTS.flatMap((document) => codeBlocks(readText(document), 'sh'))
  .filter(isCommands)
  .flatMap(linesOf);

let city: TestCity;

beforeAll(async () => {
  city = await TestCity.start(['dev-issuer', 'trips', 'matcher', 'rider-api', 'driver-api']);
});
afterAll(() => city.stop());

test('the snippets of README.md and docs/operations.md do, in order, what the text beside them says', async () => {
  const script = played.map((snippet) => `${snippet}\necho '${END_OF_SNIPPET}'\n`).join('');
  const here = Object.entries(ADDRESSES).reduce((text, [address, instance]) => {
    expect(text).toContain(address);
    return text.replaceAll(address, city.url(instance));
  }, script);
  const { code, stdout, stderr } = await runInBash(here);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const [variables, online, accept, complete, stream, shards, webhook, ...rest] = stdout.split(
    `${END_OF_SNIPPET}\n`,
  );
  expect([variables, online]).toEqual(['', '']);
  expect(accept).toMatch(/^accepted\n\{/);
  expect(accept).toContain("make: 'Kia'");
  expect(complete).toMatch(/^arrived\nin_progress\ncompleted\n\{/);
  expect(complete).toContain("reason: 'offered'");
  expect(stream!.split('\n').map((line) => line.trim())).toEqual([
    'welcome',
    'trip 1 requested',
    'trip 2 offer_made',
    'trip 3 accepted',
    'trip 4 arrived',
    'trip 5 started',
    'trip 6 completed',
    'ack',
    '',
  ]);
  expect(shards).toMatch(/matcher-1/);
  expect(webhook).toMatch(/^whsec_/);
  expect(rest).toEqual(['']);
});

const scriptsRun = [...new Set(commandLines.flatMap(scriptsNamedIn))];

test.each(scriptsRun)('the documents give npm %s only options that it takes', async (script) => {
  const options = await optionsOf(script);
  const given = commandLines
    .filter((line) => scriptsNamedIn(line)[0] === script)
    .flatMap((line) =>
      [...line.replace(/#.*/, '').matchAll(/ (--[a-z][a-z-]*)/g)].map(([, option]) => option!),
    );
  expect(given.filter((option) => !options.includes(option))).toEqual([]);
});
