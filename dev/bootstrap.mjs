/**
 * Where every npm script begins: `node dev/bootstrap.mjs <script.ts> …`. Runs on the Node.js that the machine has
 * (18 or newer), sees to a current one and to the dependencies, and hands over to the script. Nothing is fetched twice.
 * The npm scripts `exec` it, or the shell between npm and it would spoil exit codes and keep signals for itself.
 */
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installDependencies } from './setup/dependencies.mjs';
import { findNode } from './setup/node-runtime.mjs';
import { pathWith } from './setup/npm.mjs';

const CHECKOUT = dirname(dirname(fileURLToPath(import.meta.url)));
const PARENT_POLL_MS = 1000;
const startedAtMs = String(Date.now());
/** @type {NodeJS.Signals[]} */
const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'];

const [script, ...args] = process.argv.slice(2);
if (script === undefined || !script.endsWith('.ts')) {
  console.error('usage: node dev/bootstrap.mjs <script.ts> [arguments]');
  process.exit(64);
}

try {
  const node = await findNode();
  await installDependencies(CHECKOUT, node);
  handOver(node, [join(CHECKOUT, script), ...args]);
} catch (error) {
  console.error(`hailgrid: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}

/** @param {string} node @param {string[]} command */
function handOver(node, command) {
  const child = spawn(node, ['--conditions=source', ...command], {
    // The channel is never written to: by its closing the command learns that we were killed.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { HAILGRID_STARTED_AT_MS: startedAtMs, ...process.env, PATH: pathWith(node) },
  });
  for (const signal of FORWARDED) {
    process.on(signal, () => {
      // A terminal gives Ctrl-C to the whole group, so the command has it already.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  }
  endWithNpm(child);
  child.once('error', (error) => {
    console.error(`hailgrid: ${error.message}`);
    process.exit(1);
  });
  child.once('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    for (const forwarded of FORWARDED) process.removeAllListeners(forwarded);
    process.kill(process.pid, signal);
  });
}

/**
 * npm passes signals on, but cannot when it is itself killed. @param {import('node:child_process').ChildProcess}
 * child
 */
function endWithNpm(child) {
  if (process.env['npm_lifecycle_event'] === undefined) return;
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) child.kill('SIGHUP');
  }, PARENT_POLL_MS).unref();
}
