import { execFile } from 'node:child_process';
import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { withLock } from '../setup/lock.mjs';
import { UserError } from '../../ops/command-line/user-error.ts';
import { buildPages, pagesDirectory, reportParts } from './build-pages.ts';
import { bundleApps, bundledEntry } from './bundle-apps.ts';
import { CHECKOUT } from './checkout.ts';
import { FrozenBuilds } from './frozen-builds.ts';
import { sourceHash } from './source-hash.ts';

const OUTPUT = join(CHECKOUT, 'dist');
const STAMP = join(OUTPUT, '.source-hash');
const LOCK = join(CHECKOUT, '.hailgrid', 'build.lock');
const OUTPUT_LIMIT_BYTES = 16 * 1024 * 1024;
/** Maximum builds when the sources change during each one. */
const MAX_ATTEMPTS = 3;

const frozen = new FrozenBuilds(join(OUTPUT, 'builds'));
/** The frozen build that this process starts services from; a later build does not change it. */
let build: string | undefined;

/** The compiled and bundled `main` of a service. Requires {@link ensureBuilt}. */
export function entryPoint(app: string): string {
  return bundledEntry(builtDirectory(), app);
}

function builtDirectory(): string {
  if (build === undefined) throw new Error('ensureBuilt must finish before a service is started');
  return build;
}

/** The directory of the page that the console of this build serves. */
export function builtPages(): string {
  return pagesDirectory(builtDirectory());
}

/** What the report of a run contains besides its data. */
export function builtReport(): { script: string; style: string } {
  return reportParts(builtDirectory());
}

/** Where the services of this build keep what V8 compiled. */
export function compileCacheDirectory(): string {
  return join(builtDirectory(), 'compile-cache');
}

/** Compiles apps, libs and packages into dist/, unless dist/ is up to date. Returns true if it compiled. */
export function ensureBuilt(): Promise<boolean> {
  return withLock(LOCK, async () => {
    const before = compiledHash();
    const hash = await compile();
    build = frozen.use(hash) ?? frozen.freeze(hash, OUTPUT);
    await bundleApps(build);
    await buildPages(build);
    return hash !== before;
  });
}

function compiledHash(): string | undefined {
  return existsSync(STAMP) ? readFileSync(STAMP, 'utf8') : undefined;
}

/** Compiles the sources and returns their hash. */
async function compile(): Promise<string> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const hash = sourceHash(CHECKOUT);
    if (compiledHash() === hash) return hash;
    rmSync(STAMP, { force: true });
    await nestBuild();
    removeOrphans();
    if (sourceHash(CHECKOUT) !== hash) continue;
    writeFileSync(STAMP, hash);
    return hash;
  }
  throw new UserError(`the sources changed during each of ${MAX_ATTEMPTS} builds; try again`);
}

/** Removes the output of deleted sources, which the compiler leaves in place. */
function removeOrphans(): void {
  for (const output of globSync('{apps,libs,packages}/**/*.js', { cwd: OUTPUT })) {
    if (existsSync(join(CHECKOUT, output.replace(/\.js$/, '.ts')))) continue;
    rmSync(join(OUTPUT, output));
    rmSync(join(OUTPUT, `${output}.map`), { force: true });
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
