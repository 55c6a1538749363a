import { existsSync, globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { CHECKOUT } from '../../dev/build/checkout.ts';
import { CODE_DOCUMENTS, codeSpans, DOCUMENTS, readText } from './markdown.ts';

const FOLDERS = 'apps|libs|packages|ops|dev|proof|load|test|migrations|deploy|docs';
const PATH = new RegExp(`^((${FOLDERS})/[\\w./*-]*|\\.[\\w-]+\\.\\w+|[\\w-]+\\.(md|yml|json))$`);
/** An identifier of the project: words run together, or in capitals. */
const IDENTIFIER = /^([A-Za-z]+[a-z][A-Z]\w*|[A-Z]+_[A-Z_]+)(\.\w+)?$/;
const SETTING = /^HAILGRID_/;

function missing(path: string): boolean {
  return path.includes('*')
    ? globSync(path, { cwd: CHECKOUT }).length === 0
    : !existsSync(join(CHECKOUT, path));
}

test.each(DOCUMENTS)('%s names only files that exist', (document) => {
  const paths = codeSpans(readText(document)).filter((code) => PATH.test(code));
  expect(paths.filter(missing)).toEqual([]);
});

test.each(DOCUMENTS)('%s links only to existing targets', (document) => {
  const text = readText(document);
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!);
  const files = targets
    .filter((target) => !/^(https?:|#)/.test(target))
    .map((target) => target.split('#')[0]!);
  expect(files.filter((file) => !existsSync(join(CHECKOUT, dirname(document), file)))).toEqual([]);
  const anchors = targets.filter((target) => target.startsWith('#'));
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchorOf(heading!));
  expect(anchors.filter((anchor) => !headings.includes(anchor))).toEqual([]);
});

function anchorOf(heading: string): string {
  return `#${heading
    .toLowerCase()
    .replaceAll(/[^\w\s-]/g, '')
    .replaceAll(' ', '-')}`;
}

const WORDS = new Set(
  globSync('{apps,libs,packages,ops,dev,proof}/**/*.ts', { cwd: CHECKOUT }).flatMap(
    (source) => readText(source).match(/\w+/g) ?? [],
  ),
);

function identifiersIn(document: string): string[] {
  return codeSpans(readText(document)).filter((code) => IDENTIFIER.test(code) && !SETTING.test(code));
}

test.each(['ARCHITECTURE.md', ...CODE_DOCUMENTS])(
  '%s names only classes, functions and constants that exist',
  (document) => {
    const names = identifiersIn(document);
    expect(names.filter((name) => !name.split('.').every((word) => WORDS.has(word)))).toEqual([]);
  },
);

test('the documents beside the code name existing identifiers', () => {
  const names = ['ARCHITECTURE.md', ...CODE_DOCUMENTS].flatMap(identifiersIn);
  expect(new Set(names).size).toBeGreaterThan(80);
});
