import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';
import { CHECKOUT } from '../build/checkout.ts';

/** Where the reporter writes; the variable is set by `npm test`. */
export const DURATIONS_VARIABLE = 'HAILGRID_TEST_DURATIONS_FILE';

export interface FileDuration {
  /** Path from the top folder. */
  file: string;
  /** Of tests and hooks: a file may spend all its time in `beforeAll`. */
  seconds: number;
  tests: number;
}

/** Writes how long each test file took, as {@link FileDuration}s; Vitest's JSON report leaves hooks out. */
export default class DurationReporter implements Reporter {
  readonly #durations: FileDuration[] = [];

  onTestModuleEnd(module: TestModule): void {
    this.#durations.push({
      file: relative(CHECKOUT, module.moduleId),
      seconds: module.diagnostic().duration / 1000,
      tests: [...module.children.allTests()].length,
    });
  }

  onTestRunEnd(): void {
    const file = process.env[DURATIONS_VARIABLE];
    if (file !== undefined) writeFileSync(file, JSON.stringify(this.#durations));
  }
}
