import { Controller, Inject } from '@nestjs/common';
import { HandleCommand } from '#libs/bus';
import {
  getShardMap,
  readShardClaims,
  joinShards,
  leaveShards,
  MAX_CLAIMS_PER_PAGE,
  type CommandInput,
  type CommandOutput,
} from '#libs/contracts';
import { LOGGER, type Logger } from '#libs/service';
import { readShardPage, readShardsOf, TripStore } from '#libs/store';
import { CommandHandlers } from '../command-handlers.ts';
import { MatcherMembership } from './matcher-membership.ts';

/** Handles the commands of matchers that join and leave, and of processes that read the shard map. */
@Controller()
export class ShardCommandHandlers extends CommandHandlers {
  constructor(
    private readonly store: TripStore,
    private readonly membership: MatcherMembership,
    @Inject(LOGGER) logger: Logger,
  ) {
    super(logger);
  }

  /** A matcher starts; the planner assigns its share. */
  @HandleCommand(joinShards)
  async join(input: CommandInput<typeof joinShards>): Promise<CommandOutput<typeof joinShards>> {
    return { shards: await this.membership.join(input.matcher, input.incarnation) };
  }

  /** A matcher shuts down; the planner hands its shards over. */
  @HandleCommand(leaveShards)
  async leave(input: CommandInput<typeof leaveShards>): Promise<CommandOutput<typeof leaveShards>> {
    return { shards: await this.membership.leave(input.matcher, input.incarnation) };
  }

  /** Reads one page of the shard map from Postgres. */
  @HandleCommand(getShardMap)
  async readMap({ after }: CommandInput<typeof getShardMap>): Promise<CommandOutput<typeof getShardMap>> {
    const rows = await readShardPage(this.store.mayLag, after, MAX_CLAIMS_PER_PAGE + 1);
    const shards = rows
      .slice(0, MAX_CLAIMS_PER_PAGE)
      .map(({ shard, epoch, owner }) => ({ shard, epoch, owner }));
    return { shards, more: rows.length > MAX_CLAIMS_PER_PAGE };
  }

  /** Reads the claims of some shards from the primary: a standby may not have the change that was hinted at. */
  @HandleCommand(readShardClaims)
  async readClaims({
    shards,
  }: CommandInput<typeof readShardClaims>): Promise<CommandOutput<typeof readShardClaims>> {
    return { shards: await readShardsOf(this.store, shards) };
  }
}
