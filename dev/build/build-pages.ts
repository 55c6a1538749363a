import { existsSync, globSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync, constants } from 'node:zlib';
import { CHECKOUT } from './checkout.ts';

/** The folder of a build with the page of the console. */
const PAGES = 'web';
/** The folder of a build with the parts of the report of a run. */
const REPORT = 'report';

/** Files below this size gain nothing from compression. */
const MIN_COMPRESSED_BYTES = 1_024;

/** The built page of the console, which it serves. */
export function pagesDirectory(build: string): string {
  return join(build, PAGES);
}

/** The script and the style that the report of a run contains. */
export function reportParts(build: string): { script: string; style: string } {
  const partOf = (file: string): string => readFileSync(join(build, REPORT, file), 'utf8');
  return { script: partOf('report.js'), style: partOf('report.css') };
}

/** Builds the page of the console and the report of a run into a build of the services, unless they are there already. */
export async function buildPages(build: string): Promise<void> {
  await viteBuild(['vite.config.ts'], pagesDirectory(build), (output) => {
    for (const file of globSync('assets/*.{js,mjs,css,svg}', { cwd: output })) compress(join(output, file));
  });
  await viteBuild(['report', 'vite.config.ts'], join(build, REPORT));
}

async function viteBuild(
  config: readonly string[],
  output: string,
  finish: (output: string) => void = () => undefined,
): Promise<void> {
  if (existsSync(output)) return;
  const partial = `${output}.partial`;
  rmSync(partial, { recursive: true, force: true });
  // Loaded here: most commands find the page built.
  const { build: viteBuilds } = await import('vite');
  // Vite sets NODE_ENV, which every process that is started later would inherit: npm then leaves out half of its lists.
  const before = process.env['NODE_ENV'];
  try {
    await viteBuilds({
      configFile: join(CHECKOUT, 'apps', 'console', 'web', ...config),
      logLevel: 'error',
      build: { outDir: partial },
    });
  } finally {
    if (before === undefined) delete process.env['NODE_ENV'];
    else process.env['NODE_ENV'] = before;
  }
  finish(partial);
  renameSync(partial, output);
}

/** Compressed once here, so that the console compresses nothing. */
function compress(file: string): void {
  const content = readFileSync(file);
  if (content.length < MIN_COMPRESSED_BYTES) return;
  writeFileSync(`${file}.gz`, gzipSync(content, { level: constants.Z_BEST_COMPRESSION }));
}
