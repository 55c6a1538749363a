import { resolveIdentity } from '#libs/contracts';
import type { Identities, IdentitiesFactory } from '#libs/service';
import { CommandClient } from './command-client.ts';

/** Asks `trips` for the identities of people, which only `trips` makes. */
export const identitiesOverBus: IdentitiesFactory = {
  inject: [CommandClient],
  useFactory: (commands: CommandClient): Identities => ({
    lookUp: async (identity) => (await commands.call(resolveIdentity, { ...identity })).identity_id,
  }),
};
