import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKOUT } from '../build/checkout.ts';

const TESTS = '{apps,libs,ops,dev,proof,load,test}/**/*.test.ts';
/** What starts processes, or waits for them. */
const STARTS_PROCESSES =
  /from '[./]*(dev\/)?(test-world|postgres|nats|process|services|network|city)\/|'node:child_process'/;

/** Test files that start processes, or those whose path contains one of `paths`. */
export function soakedFiles(paths: readonly string[]): string[] {
  const files = globSync(TESTS, { cwd: CHECKOUT }).toSorted();
  if (paths.length > 0) return files.filter((file) => paths.some((path) => file.includes(path)));
  return files.filter((file) => file.startsWith('test/') || startsProcesses(file));
}

function startsProcesses(file: string): boolean {
  return STARTS_PROCESSES.test(readFileSync(join(CHECKOUT, file), 'utf8'));
}
