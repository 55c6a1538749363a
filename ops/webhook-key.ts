/** `npm run webhook:key`: makes the key that seals the secrets of webhooks. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { makeWebhookKeys, openKeysSetting, type OpenKeys } from '#libs/webhook-seal';
import { pathArgument, requireExisting } from './command-line/path-argument.ts';
import { runCommand } from './command-line/run-command.ts';
import { UserError } from './command-line/user-error.ts';
import { SECRET_MODE, writeNew } from './command-line/write-new.ts';

const { out, keep } = new Command('npm run webhook:key --')
  .description(
    'Makes an X25519 key that seals the secrets of webhooks. Writes webhook-seal-key.json, the public half for ' +
      'HAILGRID_WEBHOOK_SEAL_KEY_FILE of trips, and webhook-open-keys.json, the private half for ' +
      'HAILGRID_WEBHOOK_OPEN_KEYS_FILE of webhooks and of nobody else.',
  )
  .requiredOption('--out <dir>', 'folder to write to; it must not hold keys already', pathArgument)
  .option(
    '--keep <file>',
    'webhook-open-keys.json of before, whose keys still open older secrets',
    pathArgument,
  )
  .parse()
  .opts<{ out: string; keep?: string }>();

await runCommand(() => {
  const { sealKey, openKeys } = makeWebhookKeys();
  const kept = keep === undefined ? [] : keysOf(keep).keys;
  const all = openKeysSetting.safeParse(JSON.stringify({ keys: [...openKeys.keys, ...kept] }));
  if (!all.success)
    throw new UserError('too many keys: rotate the secrets that the oldest ones seal, and remove those');
  mkdirSync(out, { recursive: true });
  writeNew(join(out, 'webhook-open-keys.json'), toText(all.data), SECRET_MODE);
  writeNew(join(out, 'webhook-seal-key.json'), toText(sealKey), 0o644);
  console.log(`key ${sealKey.kid} is in ${out}${kept.length > 0 ? `, with ${kept.length} of before` : ''}`);
  return 0;
});

function keysOf(file: string): OpenKeys {
  requireExisting(file, '--keep', 'file');
  const parsed = openKeysSetting.safeParse(readFileSync(file, 'utf8'));
  if (!parsed.success) throw new UserError(`${file} holds no private keys of webhooks`);
  return parsed.data;
}

function toText(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}
