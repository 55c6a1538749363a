import { expect, test } from 'vitest';
import { allSubjects } from '../../dev/reference/subjects.ts';
import { CODE_DOCUMENTS, codeSpans, readText } from './markdown.ts';

const ANY = '<…>';
const SUBJECTS = new Set(allSubjects().map(withoutNames));

const SUBJECT =
  /^(shardmap|(trips|pos|push|track|matchers?|planner|ticket|drivers|positions|webhooks)\.[a-z_.<>…]+)$/;

/** The subject with all variable parts alike. */
function withoutNames(subject: string): string {
  return subject.replaceAll(/<[^>]+>/g, ANY);
}

/** Every subject in the code spans. */
function subjectsIn(spans: readonly string[]): string[] {
  return [...new Set(spans.map(withoutNames).filter((span) => SUBJECT.test(span)))];
}

test('docs/reference/subjects.md names every subject', () => {
  const named = subjectsIn(codeSpans(readText('docs/reference/subjects.md')));
  expect(new Set(named)).toEqual(SUBJECTS);
});

test.each(['ARCHITECTURE.md', ...CODE_DOCUMENTS])('%s names only subjects that exist', (document) => {
  const named = subjectsIn(codeSpans(readText(document)));
  expect(named.filter((subject) => !SUBJECTS.has(subject))).toEqual([]);
});

test('the documents beside the code name the subjects', () => {
  const spans = ['ARCHITECTURE.md', ...CODE_DOCUMENTS].flatMap((document) => codeSpans(readText(document)));
  expect(subjectsIn(spans).length).toBeGreaterThan(20);
});

test('the picture names only subjects that exist', () => {
  const picture = readText('docs/hailgrid.svg');
  const spans = [...picture.matchAll(/class="code">([^<]+)</g)].map(([, text]) =>
    text!.replaceAll('&lt;', '<').replaceAll('&gt;', '>'),
  );
  const named = subjectsIn(spans);
  expect(named).toHaveLength(spans.length);
  expect(named.filter((subject) => !SUBJECTS.has(subject))).toEqual([]);
});
