import { execFile } from 'node:child_process';
import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { withLock } from '../setup/lock.mjs';
import { UserError } from '../user-error.ts';
import { CHECKOUT } from './checkout.ts';
import { sourceHash } from './source-hash.ts';

const STAMP = join(CHECKOUT, 'dist', '.source-hash');
const LOCK = join(CHECKOUT, '.hailgrid', 'build.lock');
const OUTPUT_LIMIT_BYTES = 16 * 1024 * 1024;

/** The compiled `main` of a service. */
export function entryPoint(app: string): string {
  return join(CHECKOUT, 'dist', 'apps', app, 'main.js');
}

/** Compiles apps and libs into dist/ unless they are what was compiled last. Gives true when it compiled. */
export function ensureBuilt(): Promise<boolean> {
  return withLock(LOCK, async () => {
    const hash = sourceHash(CHECKOUT);
    if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === hash) return false;
    rmSync(STAMP, { force: true });
    await nestBuild();
    removeOrphans();
    writeFileSync(STAMP, hash);
    return true;
  });
}

/** The compiler leaves the output of a source that is gone where it was. */
function removeOrphans(): void {
  for (const output of globSync('{apps,libs}/**/*.js', { cwd: join(CHECKOUT, 'dist') })) {
    if (existsSync(join(CHECKOUT, output.replace(/\.js$/, '.ts')))) continue;
    rmSync(join(CHECKOUT, 'dist', output));
    rmSync(join(CHECKOUT, 'dist', `${output}.map`), { force: true });
  }
}

async function nestBuild(): Promise<void> {
  const nest = createRequire(import.meta.url).resolve('@nestjs/cli/bin/nest.js');
  try {
    await promisify(execFile)(process.execPath, [nest, 'build'], {
      cwd: CHECKOUT,
      maxBuffer: OUTPUT_LIMIT_BYTES,
    });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new UserError(`the build failed:\n${`${stdout}${stderr}`.trim() || String(error)}`, {
      cause: error,
    });
  }
}
