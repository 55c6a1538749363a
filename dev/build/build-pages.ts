import { existsSync, globSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync, constants } from 'node:zlib';
import { CHECKOUT } from './checkout.ts';

/** The folder of a build with the page of the console. */
const PAGES = 'web';

/** Files below this size gain nothing from compression. */
const MIN_COMPRESSED_BYTES = 1_024;

/** The built page of the console, which it serves. */
export function pagesDirectory(build: string): string {
  return join(build, PAGES);
}

/** Builds the page of the console into a build of the services, unless it is there already. */
export async function buildPages(build: string): Promise<void> {
  const output = pagesDirectory(build);
  if (existsSync(output)) return;
  const partial = `${output}.partial`;
  rmSync(partial, { recursive: true, force: true });
  // Loaded here: most commands find the page built.
  const { build: viteBuild } = await import('vite');
  await viteBuild({
    configFile: join(CHECKOUT, 'apps', 'console', 'web', 'vite.config.ts'),
    logLevel: 'error',
    build: { outDir: partial },
  });
  for (const file of globSync('assets/*.{js,css,svg}', { cwd: partial })) compress(join(partial, file));
  renameSync(partial, output);
}

/** Compressed once here, so that the console compresses nothing. */
function compress(file: string): void {
  const content = readFileSync(file);
  if (content.length < MIN_COMPRESSED_BYTES) return;
  writeFileSync(`${file}.gz`, gzipSync(content, { level: constants.Z_BEST_COMPRESSION }));
}
