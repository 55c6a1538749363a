/** `npm run bus:keys`: makes the keys of every role on the bus, and the configuration of nats-server that accepts them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { renderAuthorization } from '#libs/nats';
import { BUS_ROLES } from '#libs/contracts';
import { makeBusKeys } from './bus-keys/make-bus-keys.ts';
import { pathArgument } from './command-line/path-argument.ts';
import { runCommand } from './command-line/run-command.ts';
import { UserError } from './command-line/user-error.ts';

const { out } = new Command('npm run bus:keys --')
  .description(
    'Makes an NKey for each role. Writes ROLE.nk, the secret for HAILGRID_NATS_NKEY_SEED_FILE of the processes of that ' +
      'role, and authorization.conf, which nats-server includes: it names the public keys and what each role may do.',
  )
  .requiredOption('--out <dir>', 'folder to write to; it must not hold keys already', pathArgument)
  .parse()
  .opts<{ out: string }>();

/** A key is for the user that runs the process. */
const SECRET_MODE = 0o600;

await runCommand(() => {
  const { seeds, publicKeys } = makeBusKeys();
  mkdirSync(out, { recursive: true });
  for (const role of BUS_ROLES) writeNew(join(out, `${role}.nk`), seeds[role], SECRET_MODE);
  writeNew(join(out, 'authorization.conf'), renderAuthorization(publicKeys), 0o644);
  console.log(`${BUS_ROLES.length} keys and authorization.conf are in ${out}`);
  return 0;
});

/** Never replaces a key: the processes that hold the old one would be refused. */
function writeNew(file: string, text: string, mode: number): void {
  try {
    writeFileSync(file, text, { mode, flag: 'wx' });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST')
      throw new UserError(
        `${file} is there already; name another folder, or remove the keys that nobody uses`,
      );
    throw error;
  }
}
