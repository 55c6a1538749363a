import { execFile } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { readConfig } from '#libs/service';
import { openSecret, sealSecret } from '#libs/webhook-seal';
import { tripsConfig } from '../../apps/trips/config.ts';
import { webhooksConfig } from '../../apps/webhooks/config.ts';
import { CHECKOUT } from '../../dev/build/checkout.ts';
import { temporaryDirectory } from '../../dev/process/temporary-directory.ts';

const SECRET = 'whsec_AAAA';
const WEBHOOK = 'webhook_01k00000000000000000000001';

function makeKey(...options: string[]): Promise<{ stdout: string }> {
  const command = ['--conditions=source', 'ops/webhook-key.ts', ...options];
  return promisify(execFile)(process.execPath, command, { cwd: CHECKOUT });
}

test('npm run webhook:key makes the files that trips and webhooks read, and adds keys of before', async () => {
  const directory = temporaryDirectory('webhook-key');
  const [first, second] = [join(directory.path, 'first'), join(directory.path, 'second')];
  await makeKey('--out', first);
  const openKeysFile = join(first, 'webhook-open-keys.json');
  expect(statSync(openKeysFile).mode & 0o777).toBe(0o600);
  await makeKey('--out', second, '--keep', openKeysFile);
  const { webhookOpenKeys } = readConfig(webhooksConfig, {
    HAILGRID_WEBHOOK_OPEN_KEYS_FILE: join(second, 'webhook-open-keys.json'),
  });
  expect(webhookOpenKeys.keys).toHaveLength(2);
  for (const folder of [first, second]) {
    const { webhookSealKey } = readConfig(tripsConfig, {
      HAILGRID_WEBHOOK_SEAL_KEY_FILE: join(folder, 'webhook-seal-key.json'),
      HAILGRID_POSTGRES_URLS: 'postgres://localhost',
      HAILGRID_JWKS_URL: 'http://localhost',
      HAILGRID_SERVICE_AREA: '0,0,1,1',
    });
    const sealed = await sealSecret(webhookSealKey!, WEBHOOK, SECRET);
    expect(await openSecret(webhookOpenKeys, WEBHOOK, sealed)).toBe(SECRET);
  }
  const before = readFileSync(openKeysFile, 'utf8');
  await expect(makeKey('--out', first)).rejects.toThrow('is there already');
  expect(readFileSync(openKeysFile, 'utf8')).toBe(before);
  directory.remove();
}, 30_000);
