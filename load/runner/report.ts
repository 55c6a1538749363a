import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { describeMachine, type Machine } from '../../dev/machine/describe-machine.ts';
import type { K6Summary } from '../riders/summary.ts';
import type { LoadSettings } from '../settings.ts';

/** The content of `--json FILE`: enough to repeat the run and to judge its figures. */
export interface LoadReport extends Machine {
  command: string;
  started_at: string;
  seed: number;
  settings: LoadSettings;
  /** Whether every threshold was met. */
  passed: boolean;
  /** k6's own metrics by name; times in milliseconds. */
  results: K6Summary['metrics'];
}

interface Run {
  k6: string;
  settings: LoadSettings;
  startedAt: Date;
  passed: boolean;
  summaryFile: string;
}

export async function makeReport({ k6, settings, startedAt, passed, summaryFile }: Run): Promise<LoadReport> {
  const { metrics } = JSON.parse(readFileSync(summaryFile, 'utf8')) as K6Summary;
  return {
    command: ['npm run load --', ...process.argv.slice(2)].join(' '),
    started_at: startedAt.toISOString(),
    ...describeMachine({ k6: await k6Version(k6) }),
    seed: settings.seed,
    settings,
    passed,
    results: metrics,
  };
}

async function k6Version(k6: string): Promise<string> {
  const { stdout } = await promisify(execFile)(k6, ['version']);
  return /v[\d.]+/.exec(stdout)?.[0] ?? stdout.trim();
}
