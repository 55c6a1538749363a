import { Controller, Inject } from '@nestjs/common';
import { HandleCommand } from '#libs/bus';
import { leaveShards, type CommandInput, type CommandOutput } from '#libs/contracts';
import { LOGGER, type Logger } from '#libs/service';
import { CommandHandlers } from '../command-handlers.ts';
import { MatcherMembership } from './matcher-membership.ts';

/** A matcher wants to go; the planner hands its shards to others. */
@Controller()
export class LeaveShardsHandler extends CommandHandlers {
  constructor(
    private readonly membership: MatcherMembership,
    @Inject(LOGGER) logger: Logger,
  ) {
    super(logger);
  }

  @HandleCommand(leaveShards)
  async handle({
    matcher,
    incarnation,
  }: CommandInput<typeof leaveShards>): Promise<CommandOutput<typeof leaveShards>> {
    return { shards: await this.membership.leave(matcher, incarnation) };
  }
}
