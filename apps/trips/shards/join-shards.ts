import { Controller, Inject } from '@nestjs/common';
import { HandleCommand } from '#libs/bus';
import { joinShards, type CommandInput, type CommandOutput } from '#libs/contracts';
import { LOGGER, type Logger } from '#libs/service';
import { insertMatcher, TripStore } from '#libs/store';
import { CommandHandlers } from '../command-handlers.ts';
import { commitPlan } from './plan-commit.ts';
import { SERVICE_CELLS } from './service-cells.ts';
import { ShardDirectory } from './shard-directory.ts';

/** A matcher comes up and gets its share of the city. */
@Controller()
export class JoinShardsHandler extends CommandHandlers {
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

  @HandleCommand(joinShards)
  async handle({ matcher }: CommandInput<typeof joinShards>): Promise<CommandOutput<typeof joinShards>> {
    const { result } = await this.#store.transact((transaction) => {
      const join = async (matchers: readonly string[]): Promise<readonly string[]> => {
        await insertMatcher(transaction, matcher, transaction.nowMs);
        return matchers.includes(matcher) ? matchers : [...matchers, matcher];
      };
      return commitPlan(transaction, this.#cells, join, matcher);
    });
    this.#directory.publish(result.changed);
    this.#logger.info({ event: 'matcher_joined', matcher, shards_changed: result.changed.length });
    return { shards: result.shards };
  }
}
