import { globSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { CHECKOUT } from '../../dev/build/checkout.ts';
import { readText } from './markdown.ts';

const RECORDS = globSync('docs/adr/0*.md', { cwd: CHECKOUT }).toSorted();
const REQUIRED = ['Context', 'Decision', 'Consequences'];
const OPTIONAL = ['Measured', 'Alternatives'];

test.each(RECORDS)('%s has the format of a decision record', (path) => {
  const text = readText(path);
  const number = basename(path).slice(0, 4);
  expect(text).toMatch(
    new RegExp(`^# ${number}: .+\\n\\nStatus: (accepted|superseded by \\[\\d{4}\\]\\(.+\\))(;|,|\\n)`),
  );
  const sections = [...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading!);
  expect(sections).toEqual([...REQUIRED, ...OPTIONAL.filter((section) => sections.includes(section))]);
});

test('docs/adr/README.md lists every decision by its title', () => {
  const index = readText('docs/adr/README.md');
  const listed = [...index.matchAll(/^- \[(\d{4})\]\((.+?)\): (.+?)(?: \(superseded by \d{4}\))?$/gm)];
  expect(listed.map(([, number, file, title]) => [`docs/adr/${file}`, `# ${number}: ${title}`])).toEqual(
    RECORDS.map((path) => [path, readText(path).split('\n')[0]]),
  );
});

test('a superseded decision has a successor that says so', () => {
  const successions = RECORDS.flatMap((path) => {
    const [, next] = /^Status: superseded by \[\d{4}\]\((.+?)\)/m.exec(readText(path)) ?? [];
    return next === undefined ? [] : [{ path, next }];
  });
  const silent = successions.filter(
    ({ path, next }) => !readText(`docs/adr/${next}`).includes(`supersedes [${basename(path).slice(0, 4)}]`),
  );
  expect(successions).not.toEqual([]);
  expect(silent).toEqual([]);
});
