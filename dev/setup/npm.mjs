import { spawn } from 'node:child_process';
import { delimiter, dirname } from 'node:path';

/**
 * Runs npm quietly, with the given `node`. Its output goes to stderr, since stdout is for results.
 *
 * @param {string[]} args
 * @param {string} cwd
 * @param {string} [node]
 * @returns {Promise<void>}
 */
export function runNpm(args, cwd, node = process.execPath) {
  return new Promise((resolve, reject) => {
    const child = spawn('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd,
      env: { ...process.env, PATH: pathWith(node) },
      stdio: ['ignore', 2, 2],
      shell: process.platform === 'win32',
    });
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`npm ${args[0]} ended with exit code ${code}`));
    });
  });
}

/** A PATH on which this `node` comes first, with its npm and npx. @param {string} node */
export function pathWith(node) {
  return [dirname(node), process.env['PATH']].join(delimiter);
}
