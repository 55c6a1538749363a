import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { CHECKOUT } from '../build/checkout.ts';

/** One run of a test file. */
export interface SoakRun {
  passed: boolean;
  seconds: number;
  /** What Vitest printed. */
  output: string;
}

/** All runs of one file. */
export interface SoakedFile {
  file: string;
  runs: number;
  failures: number;
  medianS: number;
  maxS: number;
  /** What the failed runs printed. */
  outputs: string[];
}

/** Runs a test file once, in a Vitest of its own. */
export function runFile(file: string): Promise<SoakRun> {
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    const args = ['run', '--reporter=dot', file];
    const child = spawn(join(CHECKOUT, 'node_modules', '.bin', 'vitest'), args, { cwd: CHECKOUT });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) =>
      resolve({ passed: code === 0, seconds: (performance.now() - startedAt) / 1000, output }),
    );
  });
}

export function summarize(file: string, runs: readonly SoakRun[]): SoakedFile {
  const seconds = runs.map((run) => run.seconds).toSorted((one, other) => one - other);
  const failed = runs.filter((run) => !run.passed);
  return {
    file,
    runs: runs.length,
    failures: failed.length,
    medianS: seconds[Math.floor(seconds.length / 2)] ?? 0,
    maxS: seconds.at(-1) ?? 0,
    outputs: failed.map(({ output }) => output),
  };
}
