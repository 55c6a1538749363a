import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** All sources of the compiled services and of the page, without node_modules. */
const SOURCES = ['apps/**/*.{ts,tsx,css,html,svg}', 'libs/**/*.ts', 'packages/**/*.ts'];
const SETTINGS = [
  'package.json',
  'package-lock.json',
  'nest-cli.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'apps/console/web/tsconfig.json',
];

/** A hash of the names and contents of all sources: dist/ is stale if it differs. */
export function sourceHash(checkout: string): string {
  const hash = createHash('sha256');
  const files = [...SETTINGS, ...globSync(SOURCES, { cwd: checkout }).filter(isBuilt).sort()];
  for (const file of files) {
    const path = join(checkout, file);
    hash.update(`${file}\0`);
    if (existsSync(path)) hash.update(readFileSync(path));
  }
  return hash.digest('hex');
}

function isBuilt(file: string): boolean {
  // A package that was packed has its own dist/.
  return !file.endsWith('.test.ts') && !/^packages\/[^/]+\/dist\//.test(file);
}
