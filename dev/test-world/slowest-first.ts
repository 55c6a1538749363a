import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { CHECKOUT } from '../build/checkout.ts';

/** Duration in seconds of the slowest files of a whole run; `npm test -- --record` writes it. */
export const DURATIONS_FILE = join(CHECKOUT, 'dev', 'test-world', 'durations.json');

/** Starts the slowest files first: a slow file that starts last would prolong the run. */
export class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const seconds = recordedSeconds();
    const secondsOf = ({ moduleId }: TestSpecification): number => seconds[relative(CHECKOUT, moduleId)] ?? 0;
    return files.toSorted((one, other) => secondsOf(other) - secondsOf(one));
  }
}

function recordedSeconds(): Record<string, number> {
  if (!existsSync(DURATIONS_FILE)) return {};
  return JSON.parse(readFileSync(DURATIONS_FILE, 'utf8')) as Record<string, number>;
}
