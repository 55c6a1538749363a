import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKOUT } from '../../dev/build/checkout.ts';

/** The documents beside the code that ARCHITECTURE.md links to. */
export const CODE_DOCUMENTS = [
  ...globSync('{libs,packages,proof}/*/README.md', { cwd: CHECKOUT }),
  'docs/adding-things.md',
];

/** The documents that are checked against the code. */
export const DOCUMENTS = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...CODE_DOCUMENTS,
  ...globSync('docs/**/*.md', { cwd: CHECKOUT }).filter((path) => !CODE_DOCUMENTS.includes(path)),
];

export function readText(path: string): string {
  return readFileSync(join(CHECKOUT, path), 'utf8');
}

/** The distinct code spans of a text, without code blocks. */
export function codeSpans(text: string): string[] {
  const prose = text.replaceAll(/^```[^]*?^```/gm, '');
  return [...new Set([...prose.matchAll(/`([^`\n]+)`/g)].map(([, code]) => code!))];
}

/** The code blocks of a language, in order. */
export function codeBlocks(text: string, language: string): string[] {
  return [...text.matchAll(/^```(\w*)\n([^]*?)^```$/gm)]
    .filter(([, marked]) => marked === language)
    .map(([, , code]) => code!);
}

/** Cells of the first table whose first column has this heading, row by row, without backticks. */
export function tableRows(text: string, firstColumn: string): string[][] {
  const lines = text.split('\n');
  const head = lines.findIndex((line) => cellsOf(line)[0] === firstColumn);
  if (head < 0) throw new Error(`there is no table with a first column "${firstColumn}"`);
  const rows: string[][] = [];
  for (let index = head + 2; lines[index]?.startsWith('|') === true; index += 1)
    rows.push(cellsOf(lines[index]!));
  return rows;
}

function cellsOf(line: string): string[] {
  if (!line.startsWith('|')) return [];
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim().replace(/^`([^`]*)`$/, '$1'));
}
