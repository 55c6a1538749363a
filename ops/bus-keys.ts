/** `npm run bus:keys`: makes the keys of every role on the bus, and the configuration of nats-server that accepts them. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { renderAuthorization } from '#libs/nats';
import { BUS_ROLES } from '#libs/contracts';
import { makeBusKeys } from './bus-keys/make-bus-keys.ts';
import { pathArgument } from './command-line/path-argument.ts';
import { runCommand } from './command-line/run-command.ts';
import { SECRET_MODE, writeNew } from './command-line/write-new.ts';

const { out } = new Command('npm run bus:keys --')
  .description(
    'Makes an NKey for each role. Writes ROLE.nk, the secret for HAILGRID_NATS_NKEY_SEED_FILE of the processes of that ' +
      'role, and authorization.conf, which nats-server includes: it names the public keys and what each role may do.',
  )
  .requiredOption('--out <dir>', 'folder to write to; it must not hold keys already', pathArgument)
  .parse()
  .opts<{ out: string }>();

await runCommand(() => {
  const { seeds, publicKeys } = makeBusKeys();
  mkdirSync(out, { recursive: true });
  for (const role of BUS_ROLES) writeNew(join(out, `${role}.nk`), seeds[role], SECRET_MODE);
  writeNew(join(out, 'authorization.conf'), renderAuthorization(publicKeys), 0o644);
  console.log(`${BUS_ROLES.length} keys and authorization.conf are in ${out}`);
  return 0;
});
