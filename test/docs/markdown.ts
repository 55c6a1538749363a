import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKOUT } from '../../dev/build/checkout.ts';

/** The documents beside the code that ARCHITECTURE.md leads to. */
export const CODE_DOCUMENTS = [
  ...globSync('{libs,proof}/*/README.md', { cwd: CHECKOUT }),
  'docs/adding-things.md',
];

/** What people read; each statement of it about the code is held against the code. */
export const DOCUMENTS = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  ...CODE_DOCUMENTS,
  ...globSync('docs/**/*.md', { cwd: CHECKOUT }).filter((path) => !CODE_DOCUMENTS.includes(path)),
];

export function readText(path: string): string {
  return readFileSync(join(CHECKOUT, path), 'utf8');
}

/** What stands in backticks within the lines of a text, each once. Blocks of code are not part of it. */
export function codeSpans(text: string): string[] {
  const prose = text.replaceAll(/^```[^]*?^```/gm, '');
  return [...new Set([...prose.matchAll(/`([^`\n]+)`/g)].map(([, code]) => code!))];
}

/** Rows of the first table whose first column is called so: the cells, without backticks around them. */
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
