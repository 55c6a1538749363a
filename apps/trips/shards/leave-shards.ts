import { Controller, Inject } from '@nestjs/common';
import { HandleCommand } from '#libs/bus';
import { leaveShards, type CommandInput, type CommandOutput } from '#libs/contracts';
import { LOGGER, type Logger } from '#libs/service';
import { deleteMatcher, TripStore } from '#libs/store';
import { CommandHandlers } from '../command-handlers.ts';
import { commitPlan } from './plan-commit.ts';
import { SERVICE_CELLS } from './service-cells.ts';
import { ShardDirectory } from './shard-directory.ts';

/** A matcher goes down in good order; the others take over its shards. */
@Controller()
export class LeaveShardsHandler extends CommandHandlers {
  readonly #store: TripStore;
  readonly #directory: ShardDirectory;
  readonly #cells: readonly string[];
  readonly #logger: Logger;

  constructor(
    @Inject(TripStore) store: TripStore,
    @Inject(ShardDirectory) directory: ShardDirectory,
    @Inject(SERVICE_CELLS) cells: readonly string[],
    @Inject(LOGGER) logger: Logger,
  ) {
    super(logger);
    this.#store = store;
    this.#directory = directory;
    this.#cells = cells;
    this.#logger = logger;
  }

  @HandleCommand(leaveShards)
  async handle({ matcher }: CommandInput<typeof leaveShards>): Promise<CommandOutput<typeof leaveShards>> {
    const { result } = await this.#store.transact((transaction) => {
      const leave = async (matchers: readonly string[]): Promise<readonly string[]> => {
        await deleteMatcher(transaction, matcher);
        return matchers.filter((instance) => instance !== matcher);
      };
      return commitPlan(transaction, this.#cells, leave);
    });
    this.#directory.publish(result.changed);
    this.#logger.info({ event: 'matcher_left', matcher, shards_changed: result.changed.length });
    return { shards: result.shards };
  }
}
