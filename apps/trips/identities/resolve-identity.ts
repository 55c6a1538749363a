import { Controller, Inject } from '@nestjs/common';
import { HandleCommand } from '#libs/bus';
import { newIdAt, resolveIdentity, uuidOf, type CommandInput, type CommandOutput } from '#libs/contracts';
import { LOGGER, type Identity, type Logger } from '#libs/service';
import { makeIdentity, readIdentity, TripStore } from '#libs/store';
import { CommandHandlers } from '../command-handlers.ts';

/** Tells the APIs which UUID a person has; makes one at first sight. */
@Controller()
export class ResolveIdentityHandler extends CommandHandlers {
  constructor(
    private readonly store: TripStore,
    @Inject(LOGGER) logger: Logger,
  ) {
    super(logger);
  }

  @HandleCommand(resolveIdentity)
  async handle(
    identity: CommandInput<typeof resolveIdentity>,
  ): Promise<CommandOutput<typeof resolveIdentity>> {
    return { identity_id: await identityOf(this.store, identity) };
  }
}

/** The UUID of a person. The answer is committed: who gets an id keeps it. */
export async function identityOf(store: TripStore, identity: Identity): Promise<string> {
  const known = await readIdentity(store, identity);
  if (known !== undefined) return known;
  const atMs = store.nowMs;
  const identityId = uuidOf('rider', newIdAt('rider', atMs));
  return store.transact((transaction) => makeIdentity(transaction, identity, { identityId, atMs }));
}
