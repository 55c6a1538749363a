import { Controller, Inject } from '@nestjs/common';
import { HandleCommand } from '#libs/bus';
import { getShardMap, MAX_CLAIMS_PER_PAGE, type CommandInput, type CommandOutput } from '#libs/contracts';
import { LOGGER, type Logger } from '#libs/service';
import { readShardPage, TripStore } from '#libs/store';
import { CommandHandlers } from '../command-handlers.ts';

/** The shard map as it stands in Postgres, a page at a time. */
@Controller()
export class GetShardMapHandler extends CommandHandlers {
  constructor(
    private readonly store: TripStore,
    @Inject(LOGGER) logger: Logger,
  ) {
    super(logger);
  }

  @HandleCommand(getShardMap)
  async handle({ after }: CommandInput<typeof getShardMap>): Promise<CommandOutput<typeof getShardMap>> {
    const rows = await readShardPage(this.store.mayLag, after, MAX_CLAIMS_PER_PAGE + 1);
    const shards = rows
      .slice(0, MAX_CLAIMS_PER_PAGE)
      .map(({ shard, epoch, owner }) => ({ shard, epoch, owner }));
    return { shards, more: rows.length > MAX_CLAIMS_PER_PAGE };
  }
}
