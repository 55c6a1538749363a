import { Controller, Inject } from '@nestjs/common';
import { HandleCommand } from '#libs/bus';
import { getShardMap, type CommandInput, type CommandOutput } from '#libs/contracts';
import { LOGGER, type Logger } from '#libs/service';
import { readShards, TripStore } from '#libs/store';
import { CommandHandlers } from '../command-handlers.ts';

/** The shard map as it stands in Postgres. */
@Controller()
export class GetShardMapHandler extends CommandHandlers {
  readonly #store: TripStore;

  constructor(@Inject(TripStore) store: TripStore, @Inject(LOGGER) logger: Logger) {
    super(logger);
    this.#store = store;
  }

  @HandleCommand(getShardMap)
  async handle(_input: CommandInput<typeof getShardMap>): Promise<CommandOutput<typeof getShardMap>> {
    return { shards: await readShards(this.#store), more: false };
  }
}
