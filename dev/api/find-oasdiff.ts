import { join } from 'node:path';
import { UserError } from '../../ops/command-line/user-error.ts';
import { findOnPath, fromCache, goInstall, lastLine } from '../setup/tool-cache.ts';

export const PINNED_VERSION = '1.37.0';

/** The program that compares API documents: from PATH, else built by Go at the pinned version. */
export async function findOasdiff(): Promise<string> {
  return (
    findOnPath('oasdiff') ?? fromCache({ name: 'oasdiff', version: PINNED_VERSION, fetch: buildOasdiff })
  );
}

async function buildOasdiff(scratch: string): Promise<string> {
  try {
    await goInstall(`github.com/oasdiff/oasdiff@v${PINNED_VERSION}`, scratch);
  } catch (error) {
    throw new UserError(
      `No oasdiff on PATH, and building oasdiff ${PINNED_VERSION} with \`go install\` failed: ${lastLine(error)}\n` +
        'Install oasdiff (https://www.oasdiff.com), or Go 1.24 or newer.',
      { cause: error },
    );
  }
  return join(scratch, 'oasdiff');
}
