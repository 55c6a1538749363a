/** `npm run load`: k6 riders against a running stack. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import { runCommand } from '../ops/command-line/run-command.ts';
import { UserError } from '../ops/command-line/user-error.ts';
import { findK6 } from './runner/find-k6.ts';
import { makeReport } from './runner/report.ts';
import { requireRunningStack } from './runner/running-stack.ts';
import { readSettings, VARIABLES, type LoadSettings } from './settings.ts';

const SCRIPT = fileURLToPath(new URL('riders.ts', import.meta.url));

/** The flags, each setting the variable that the script reads. */
const FLAGS: Readonly<Record<keyof LoadSettings, readonly [flag: string, description: string]>> = {
  ratePerS: ['--rate <per second>', 'trips requested per second (1)'],
  duration: ['--duration <time>', 'such as 90s or 5m (1m)'],
  patienceS: ['--patience <seconds>', 'how long a rider waits for a driver (60)'],
  cancelShare: ['--cancel-share <0..1>', 'riders that cancel once they have a driver (0.1)'],
  repeatShare: ['--repeat-share <0..1>', 'requests sent twice with one Idempotency-Key (0.05)'],
  area: ['--area <s,w,n,e>', "degrees (the built-in city's)"],
  riderApiUrl: ['--rider-api-url <url>', 'where rider-api is (http://127.0.0.1:8080)'],
  issuerUrl: ['--issuer-url <url>', 'where dev-issuer is (http://127.0.0.1:8082)'],
  seed: ['--seed <number>', 'of places and choices (1)'],
};

interface Request {
  environment: NodeJS.ProcessEnv;
  jsonFile: string | undefined;
  k6Arguments: string[];
}

await runCommand(() => load(parse(process.argv)));

function parse(argv: readonly string[]): Request {
  const command = new Command('npm run load --')
    .description('Simulated riders (k6) against a running stack; start one with `npm start` first.')
    .argument('[k6-arguments...]', 'after a second --: passed to `k6 run` as they are')
    .option('--json <file>', 'write the settings, versions and results to this file');
  const options = Object.entries(FLAGS).map(([setting, [flag, description]]) => {
    const variable = VARIABLES[setting as keyof LoadSettings];
    return { variable, option: new Option(flag, description).env(variable) };
  });
  for (const { option } of options) command.addOption(option);
  const given = command.parse(argv).opts<Record<string, string | undefined>>();
  const chosen = options.map(({ variable, option }) => [variable, given[option.attributeName()]] as const);
  return {
    environment: { ...process.env, ...Object.fromEntries(chosen) },
    jsonFile: given['json'],
    k6Arguments: command.args,
  };
}

/** Answers the exit code: k6's own, which is 99 where a threshold was crossed. */
async function load({ environment, jsonFile, k6Arguments }: Request): Promise<number> {
  const settings = usableSettings(environment);
  await requireRunningStack(settings);
  const k6 = await findK6(environment);
  const scratch = mkdtempSync(join(tmpdir(), 'hailgrid-load-'));
  try {
    const summaryFile = join(scratch, 'summary.json');
    const startedAt = new Date();
    const code = await run(k6, k6Arguments, { ...environment, HAILGRID_LOAD_SUMMARY: summaryFile });
    if (jsonFile !== undefined && existsSync(summaryFile)) {
      const report = await makeReport({ k6, settings, startedAt, passed: code === 0, summaryFile });
      writeFileSync(jsonFile, `${JSON.stringify(report, null, 2)}\n`);
    }
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
 * k6 ends in good order on the first signal and writes its summary; it is in our group, so Ctrl-C reaches it itself.
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
