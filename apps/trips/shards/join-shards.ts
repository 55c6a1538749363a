import { Controller, Inject } from '@nestjs/common';
import { HandleCommand } from '#libs/bus';
import { joinShards, type CommandInput, type CommandOutput } from '#libs/contracts';
import { LOGGER, type Logger } from '#libs/service';
import { CommandHandlers } from '../command-handlers.ts';
import { MatcherMembership } from './matcher-membership.ts';

/** A matcher comes up; the planner gives it its share. */
@Controller()
export class JoinShardsHandler extends CommandHandlers {
  constructor(
    private readonly membership: MatcherMembership,
    @Inject(LOGGER) logger: Logger,
  ) {
    super(logger);
  }

  @HandleCommand(joinShards)
  async handle({
    matcher,
    incarnation,
  }: CommandInput<typeof joinShards>): Promise<CommandOutput<typeof joinShards>> {
    return { shards: await this.membership.join(matcher, incarnation) };
  }
}
