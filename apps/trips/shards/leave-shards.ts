import { Controller, Inject } from '@nestjs/common';
import { HandleCommand } from '#libs/bus';
import { leaveShards, type CommandInput, type CommandOutput } from '#libs/contracts';
import { LOGGER, type Logger } from '#libs/service';
import { CommandHandlers } from '../command-handlers.ts';
import { Membership } from './membership.ts';

/** A matcher goes down in good order. */
@Controller()
export class LeaveShardsHandler extends CommandHandlers {
  readonly #membership: Membership;

  constructor(@Inject(Membership) membership: Membership, @Inject(LOGGER) logger: Logger) {
    super(logger);
    this.#membership = membership;
  }

  @HandleCommand(leaveShards)
  async handle({ matcher }: CommandInput<typeof leaveShards>): Promise<CommandOutput<typeof leaveShards>> {
    return this.#membership.leave(matcher);
  }
}
