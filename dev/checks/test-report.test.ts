import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CHECKOUT } from '../build/checkout.ts';
import { countTests, durationsOf, type TestReport } from './test-report.ts';

type FileReport = TestReport['testResults'][number];

function file(status: string, tests: readonly string[], seconds = 1): FileReport {
  const assertionResults = tests.map((one) => ({ status: one }));
  return {
    name: join(CHECKOUT, `test/${seconds}.test.ts`),
    status,
    startTime: 1_000,
    endTime: 1_000 * (seconds + 1),
    assertionResults,
  };
}

test('a file that could not be loaded is a failure, one with a failed test is not counted again', () => {
  const report = {
    numPassedTests: 3,
    numFailedTests: 1,
    testResults: [
      file('passed', ['passed', 'passed']),
      file('failed', ['passed', 'failed']),
      file('failed', []),
    ],
  };
  expect(countTests(report)).toEqual({ passed: 3, failed: 2 });
});

test('files are listed by duration, the slowest first', () => {
  const testResults = [file('passed', ['passed'], 2), file('passed', ['passed', 'passed'], 7)];
  expect(durationsOf({ numPassedTests: 3, numFailedTests: 0, testResults })).toEqual([
    { file: 'test/7.test.ts', seconds: 7, tests: 2 },
    { file: 'test/2.test.ts', seconds: 2, tests: 1 },
  ]);
});
