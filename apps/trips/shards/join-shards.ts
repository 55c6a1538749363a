import { Controller, Inject } from '@nestjs/common';
import { HandleCommand } from '#libs/bus';
import { joinShards, type CommandInput, type CommandOutput } from '#libs/contracts';
import { LOGGER, type Logger } from '#libs/service';
import { CommandHandlers } from '../command-handlers.ts';
import { Membership } from './membership.ts';

/** A matcher comes up and gets its share of the city. */
@Controller()
export class JoinShardsHandler extends CommandHandlers {
  readonly #membership: Membership;

  constructor(@Inject(Membership) membership: Membership, @Inject(LOGGER) logger: Logger) {
    super(logger);
    this.#membership = membership;
  }

  @HandleCommand(joinShards)
  async handle({ matcher }: CommandInput<typeof joinShards>): Promise<CommandOutput<typeof joinShards>> {
    return this.#membership.join(matcher);
  }
}
