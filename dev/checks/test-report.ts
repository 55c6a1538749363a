import { relative } from 'node:path';
import { CHECKOUT } from '../build/checkout.ts';

/** The part of Vitest's JSON report that is read here. */
export interface TestReport {
  numPassedTests: number;
  numFailedTests: number;
  testResults: readonly FileReport[];
}

interface FileReport {
  /** Path of the file. */
  name: string;
  status: string;
  /** Milliseconds of the wall clock. */
  startTime: number;
  endTime: number;
  assertionResults: readonly { status: string }[];
}

/** Counts tests; a file that failed before any of its tests could is one failure. */
export function countTests(report: TestReport): { passed: number; failed: number } {
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  );
  return { passed: report.numPassedTests, failed: report.numFailedTests + brokenFiles.length };
}

export interface FileDuration {
  /** Path from the top folder. */
  file: string;
  seconds: number;
  tests: number;
}

/** Files by how long they took, the slowest first. */
export function durationsOf(report: TestReport): FileDuration[] {
  return report.testResults
    .map(({ name, startTime, endTime, assertionResults }) => ({
      file: relative(CHECKOUT, name),
      seconds: (endTime - startTime) / 1000,
      tests: assertionResults.length,
    }))
    .toSorted((one, other) => other.seconds - one.seconds);
}
