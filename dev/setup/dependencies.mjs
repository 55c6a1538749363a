import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from './lock.mjs';
import { runNpm } from './npm.mjs';

/**
 * Installs the packages of the lock file, unless they are installed.
 *
 * @param {string} checkout
 * @param {string} node the Node.js to run npm with
 */
export async function installDependencies(checkout, node) {
  if (isStamped(checkout)) return;
  await withLock(join(checkout, '.hailgrid', 'set-up.lock'), async () => {
    if (isStamped(checkout)) return;
    if (!isInstalled(checkout)) {
      console.error('hailgrid: installing dependencies from package-lock.json …');
      await runNpm(['ci', '--include=dev', '--include=optional'], checkout, node);
    }
    writeFileSync(stampOf(checkout), lockHash(checkout));
  });
}

/** @param {string} checkout */
function isStamped(checkout) {
  return readOr(stampOf(checkout), '') === lockHash(checkout);
}

/** @param {string} checkout */
function stampOf(checkout) {
  return join(checkout, 'node_modules', '.hailgrid-lock');
}

/** @param {string} checkout */
function lockHash(checkout) {
  return createHash('sha256')
    .update(readFileSync(join(checkout, 'package-lock.json')))
    .digest('hex');
}

/**
 * Whether npm's own record has every package of the lock file at its version, so that a manual `npm install` is not
 * repeated. Optional packages may be missing: they may be for other platforms.
 *
 * @param {string} checkout
 */
function isInstalled(checkout) {
  const wanted = packagesIn(join(checkout, 'package-lock.json'));
  const present = packagesIn(join(checkout, 'node_modules', '.package-lock.json'));
  return Object.entries(wanted).every(
    ([path, { version, optional }]) =>
      path === '' || (optional && !(path in present)) || present[path]?.version === version,
  );
}

/**
 * @param {string} lockFile
 * @returns {Record<string, { version?: string, optional?: boolean }>}
 */
function packagesIn(lockFile) {
  return JSON.parse(readOr(lockFile, '{}')).packages ?? {};
}

/** @param {string} file @param {string} otherwise */
function readOr(file, otherwise) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return otherwise;
  }
}
