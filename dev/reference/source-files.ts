import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { CHECKOUT } from '../build/checkout.ts';

export interface SourceFile {
  /** Relative to the root of the checkout. */
  path: string;
  syntax: ts.SourceFile;
}

/** Cache of parsed files by path: all pages read the same sources, and parsing takes one second. */
const parsed = new Map<string, SourceFile>();

/** The sources of apps and libs, ordered by path, without tests and samples. */
export function productSources(): SourceFile[] {
  return sourcesOf('{apps,libs}/**/*.ts');
}

/** The sources of the SDK that are written by hand. */
export function sdkSources(): SourceFile[] {
  return sourcesOf('packages/sdk/{*,{rest,socket}/*}.ts');
}

function sourcesOf(pattern: string): SourceFile[] {
  return globSync(pattern, { cwd: CHECKOUT })
    .filter((path) => !/\.(test|sample)\.ts$/.test(path))
    .toSorted((a, b) => (a < b ? -1 : 1))
    .map((path) => sourceFile(path));
}

/** A source file, parsed once per process. */
export function sourceFile(path: string): SourceFile {
  const known = parsed.get(path);
  if (known !== undefined) return known;
  const text = readFileSync(join(CHECKOUT, path), 'utf8');
  const source = { path, syntax: ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true) };
  parsed.set(path, source);
  return source;
}

/** A top-level constant of a file. */
export interface Constant {
  name: string;
  initializer: ts.Expression;
  /** Its JSDoc comment as one line; empty without one. */
  comment: string;
}

export function constantsOf({ syntax }: SourceFile): Constant[] {
  return syntax.statements
    .filter(ts.isVariableStatement)
    .flatMap((statement) =>
      statement.declarationList.declarations.flatMap(({ name, initializer }) =>
        ts.isIdentifier(name) && initializer !== undefined
          ? [{ name: name.text, initializer, comment: commentOf(statement) }]
          : [],
      ),
    );
}

function commentOf(statement: ts.Node): string {
  const comment = ts.getJSDocCommentsAndTags(statement).findLast(ts.isJSDoc)?.comment;
  return (ts.getTextOfJSDocComment(comment) ?? '')
    .replaceAll(/\{@link ([\w.]+)\}/g, '`$1`')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/** All syntax nodes of a file, parents first. */
export function* nodesOf(node: ts.Node): Generator<ts.Node> {
  yield node;
  const children: ts.Node[] = [];
  node.forEachChild((child) => {
    children.push(child);
  });
  for (const child of children) yield* nodesOf(child);
}

/** The app or lib of a path, such as `apps/trips`. */
export function partOf(path: string): string {
  return path.split('/').slice(0, 2).join('/');
}

/** The apps that run the code at a path: its own app, or each app that imports its lib. */
export function processesOf(path: string, sources: readonly SourceFile[]): string[] {
  const part = partOf(path);
  if (part.startsWith('apps/')) return [part.slice('apps/'.length)];
  const specifier = `'#libs/${part.slice('libs/'.length)}'`;
  const importers = sources.filter(
    ({ path: other, syntax }) => other.startsWith('apps/') && syntax.text.includes(specifier),
  );
  return [...new Set(importers.map(({ path: other }) => partOf(other).slice('apps/'.length)))];
}
