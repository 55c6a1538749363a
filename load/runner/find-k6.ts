import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { isAtLeast, parseVersion, type ProgramVersion } from '../../dev/setup/program-version.ts';
import { findOnPath, fromCache, goInstall, lastLine } from '../../dev/setup/tool-cache.ts';
import { UserError } from '../../ops/command-line/user-error.ts';

const PINNED_VERSION = '1.8.1';
/** The first version with `k6/websockets`; earlier versions had `k6/experimental/websockets`. */
const MINIMUM_VERSION = [1, 6] as const;
const MINIMUM_TEXT = MINIMUM_VERSION.join('.');
const VERSION_TIMEOUT_MS = 10_000;

/**
 * The k6 to use: the one named by HAILGRID_K6, else the one on PATH if it is new enough, else the pinned one from the
 * cache, which Go builds once (about a minute).
 */
export async function findK6(
  env: NodeJS.ProcessEnv = process.env,
  pinned: () => Promise<string> = () => fromCache({ name: 'k6', version: PINNED_VERSION, fetch: build }),
): Promise<string> {
  const named = env['HAILGRID_K6'];
  if (named !== undefined && named !== '') return requireSupported(named);
  const onPath = findOnPath('k6', env['PATH']);
  if (onPath === undefined) return pinned();
  const complaint = await complaintOf(onPath);
  if (complaint === undefined) return onPath;
  console.error(`hailgrid: ${onPath} ${complaint}; k6 ${PINNED_VERSION} is used instead`);
  return pinned();
}

async function requireSupported(path: string): Promise<string> {
  const complaint = await complaintOf(path);
  if (complaint !== undefined) throw new UserError(`HAILGRID_K6 names ${path}, which ${complaint}`);
  return path;
}

/** Why this k6 cannot run the riders; undefined if it can. */
async function complaintOf(path: string): Promise<string | undefined> {
  let version: ProgramVersion | undefined;
  try {
    const { stdout } = await promisify(execFile)(path, ['version'], { timeout: VERSION_TIMEOUT_MS });
    version = parseVersion(stdout);
  } catch (error) {
    return `does not run (${lastLine(error)})`;
  }
  if (version === undefined) return 'is not k6';
  if (isAtLeast(version, MINIMUM_VERSION)) return undefined;
  return `is k6 ${version.join('.')}, and ${MINIMUM_TEXT} or newer is needed`;
}

async function build(scratch: string): Promise<string> {
  try {
    await goInstall(`go.k6.io/k6@v${PINNED_VERSION}`, scratch);
  } catch (error) {
    throw new UserError(
      `No k6: none of version ${MINIMUM_TEXT} on PATH, and building k6 ${PINNED_VERSION} with \`go install\` failed: ${lastLine(error)}\n` +
        `Install k6 ${MINIMUM_TEXT} or newer (https://grafana.com/docs/k6/latest/set-up/install-k6/) so that it is on PATH, ` +
        'name it in HAILGRID_K6, or install Go 1.24 or newer.',
      { cause: error },
    );
  }
  return join(scratch, 'k6');
}
