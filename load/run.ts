/** `npm run load`: k6 riders against a running system. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../ops/command-line/run-command.ts';
import { UserError } from '../ops/command-line/user-error.ts';
import { readCommandLine, type CommandLine } from './command-line.ts';
import { findK6 } from './runner/find-k6.ts';
import { makeReport } from './runner/report.ts';
import { requireRunningStack } from './runner/running-stack.ts';
import { readSettings, type LoadSettings } from './settings.ts';
import { writeReport } from '../ops/command-line/json-report.ts';

const SCRIPT = fileURLToPath(new URL('riders.ts', import.meta.url));

await runCommand(() => load(readCommandLine(process.argv.slice(2))));

/** Returns k6's exit code, which is 99 if a threshold was crossed. */
async function load({ environment, jsonFile, k6Arguments }: CommandLine): Promise<number> {
  const settings = usableSettings(environment);
  await requireRunningStack(settings);
  const k6 = await findK6(environment);
  const scratch = mkdtempSync(join(tmpdir(), 'hailgrid-load-'));
  try {
    const summaryFile = join(scratch, 'summary.json');
    const startedAt = new Date();
    const code = await run(k6, k6Arguments, { ...environment, HAILGRID_LOAD_SUMMARY: summaryFile });
    if (jsonFile !== undefined && existsSync(summaryFile))
      writeReport(await makeReport({ k6, settings, startedAt, passed: code === 0, summaryFile }), jsonFile);
    return code;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function usableSettings(environment: NodeJS.ProcessEnv): LoadSettings {
  try {
    return readSettings(environment);
  } catch (error) {
    throw new UserError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/**
 * Runs k6. On the first signal k6 stops in order and writes its summary; it is in this process group, so Ctrl-C
 * reaches it directly.
 */
async function run(k6: string, extra: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const child = spawn(k6, ['run', '--no-usage-report', ...extra, SCRIPT], { stdio: 'inherit', env });
  const stop = (): void => void child.kill('SIGTERM');
  const ignore = (): void => undefined;
  process.on('SIGTERM', stop).on('SIGINT', ignore);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
