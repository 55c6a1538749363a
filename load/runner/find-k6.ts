import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findOnPath, fromCache, goInstall, lastLine } from '../../dev/setup/tool-cache.ts';
import { UserError } from '../../ops/command-line/user-error.ts';

/** Runs TypeScript as it is and has k6/websockets; both since 1.0. */
const PINNED_VERSION = '1.8.1';

/**
 * The k6 to use: the one named by HAILGRID_K6, the one on PATH, else the pinned one of the cache, which Go builds
 * there the first time (about a minute).
 */
export async function findK6(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const named = env['HAILGRID_K6'];
  if (named !== undefined && named !== '') return checked(named);
  return findOnPath('k6', env['PATH']) ?? fromCache({ name: 'k6', version: PINNED_VERSION, fetch: build });
}

function checked(path: string): string {
  if (!existsSync(path)) throw new UserError(`HAILGRID_K6 names ${path}, and there is no such file`);
  return path;
}

async function build(scratch: string): Promise<string> {
  try {
    await goInstall(`go.k6.io/k6@v${PINNED_VERSION}`, scratch);
  } catch (error) {
    throw new UserError(
      `No k6: none on PATH, and building k6 ${PINNED_VERSION} with \`go install\` failed: ${lastLine(error)}\n` +
        'Install k6 1.0 or newer (https://grafana.com/docs/k6/latest/set-up/install-k6/) so that it is on PATH, ' +
        'name it in HAILGRID_K6, or install Go 1.24 or newer.',
      { cause: error },
    );
  }
  return join(scratch, 'k6');
}
