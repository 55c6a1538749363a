import { Controller, Inject } from '@nestjs/common';
import { HandleCommand } from '#libs/bus';
import { createQuote, newIdAt, type CommandInput, type CommandOutput } from '#libs/contracts';
import { LOGGER, type Logger } from '#libs/service';
import { insertQuote, TripStore } from '#libs/store';
import { CommandHandlers } from '../command-handlers.ts';

/** Keeps a quote: from here on its price holds until it expires. */
@Controller()
export class CreateQuoteHandler extends CommandHandlers {
  readonly #store: TripStore;

  constructor(@Inject(TripStore) store: TripStore, @Inject(LOGGER) logger: Logger) {
    super(logger);
    this.#store = store;
  }

  @HandleCommand(createQuote)
  async handle(input: CommandInput<typeof createQuote>): Promise<CommandOutput<typeof createQuote>> {
    const quote = { ...input, quote_id: newIdAt('quote', this.#store.nowMs) };
    await insertQuote(this.#store, quote);
    return createQuote.output.parse(quote);
  }
}
