/** `npm run compose:secrets`: makes all keys and passwords that docker-compose.yml needs. */
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { BUS_ROLES } from '#libs/contracts';
import { renderAuthorization } from '#libs/nats';
import { makeWebhookKeys } from '#libs/webhook-seal';
import { makeBusKeys } from './bus-keys/make-bus-keys.ts';
import { pathArgument } from './command-line/path-argument.ts';
import { runCommand } from './command-line/run-command.ts';
import { SECRET_MODE, writeNew } from './command-line/write-new.ts';

const { out } = new Command('npm run compose:secrets --')
  .description(
    'Makes the passwords of Postgres in .env, which Compose reads, and in .secrets/ the NATS key of each role, the ' +
      'permissions of nats-server, and the key of webhook secrets. Never replaces what is there.',
  )
  .option('--out <dir>', 'folder of docker-compose.yml', pathArgument, pathArgument('.'))
  .parse()
  .opts<{ out: string }>();

/** How many random bytes a password has. */
const PASSWORD_BYTES = 24;
const PASSWORDS = ['POSTGRES', 'TRIPS', 'MAINTENANCE', 'REPLICATION'];
/** Compose mounts files as they are, and containers run under other users than the one that runs this. */
const MOUNTED_MODE = 0o644;
/** So nobody else reaches those files on the host. */
const DIRECTORY_MODE = 0o700;

await runCommand(() => {
  const directory = join(out, '.secrets');
  mkdirSync(directory, { recursive: true, mode: DIRECTORY_MODE });
  const passwords = PASSWORDS.map(
    (name) => `${name}_PASSWORD=${randomBytes(PASSWORD_BYTES).toString('hex')}\n`,
  );
  writeNew(join(out, '.env'), passwords.join(''), SECRET_MODE);
  const write = (file: string, text: string): void => writeNew(join(directory, file), text, MOUNTED_MODE);
  const { seeds, publicKeys } = makeBusKeys();
  for (const role of BUS_ROLES) write(`${role}.nk`, seeds[role]);
  write('authorization.conf', renderAuthorization(publicKeys));
  const { sealKey, openKeys } = makeWebhookKeys();
  write('webhook-seal-key.json', JSON.stringify(sealKey));
  write('webhook-open-keys.json', JSON.stringify(openKeys));
  console.log(`.env and .secrets/ are in ${out}; keep copies: without them the volumes cannot be used`);
  return 0;
});
