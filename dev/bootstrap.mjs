/**
 * Entry point of every npm script: `node dev/bootstrap.mjs <script.ts> …`. Runs on the machine's Node.js (18 or
 * newer), installs a current Node.js and the dependencies if they are missing, and runs the script. The npm scripts
 * `exec` it, because a shell between npm and it would change exit codes and swallow signals.
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
    // Nothing is sent over the channel. When this process is killed, the channel closes and the command notices.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { HAILGRID_STARTED_AT_MS: startedAtMs, ...process.env, PATH: pathWith(node) },
  });
  for (const signal of FORWARDED) {
    process.on(signal, () => {
      // A terminal sends Ctrl-C to the whole process group, so the command has received it.
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
 * Ends the command when npm is killed: a killed npm cannot forward signals.
 * @param {import('node:child_process').ChildProcess} child
 */
function endWithNpm(child) {
  if (process.env['npm_lifecycle_event'] === undefined) return;
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) child.kill('SIGHUP');
  }, PARENT_POLL_MS).unref();
}
