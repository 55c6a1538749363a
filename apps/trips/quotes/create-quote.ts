import { Controller, Inject } from '@nestjs/common';
import { HandleCommand } from '#libs/bus';
import { createQuote, newIdAt, type CommandInput, type CommandOutput, type Quote } from '#libs/contracts';
import { LOGGER, type Logger } from '#libs/service';
import { insertQuote, TripStore, type Queryable } from '#libs/store';
import { CommandHandlers } from '../command-handlers.ts';

/** Stores a quote, whose price holds until it expires. */
@Controller()
export class CreateQuoteHandler extends CommandHandlers {
  constructor(
    private readonly store: TripStore,
    @Inject(LOGGER) logger: Logger,
  ) {
    super(logger);
  }

  @HandleCommand(createQuote)
  async handle({
    idempotency,
    ...input
  }: CommandInput<typeof createQuote>): Promise<CommandOutput<typeof createQuote>> {
    if (idempotency === undefined) return keep(this.store, input);
    const actor = { prefix: 'rider', id: input.rider_id } as const;
    const request = { actor, idempotency, output: createQuote.output };
    return this.store.transactOnce(request, (transaction) => keep(transaction, input));
  }
}

async function keep(
  database: Queryable & { nowMs: number },
  input: Omit<CommandInput<typeof createQuote>, 'idempotency'>,
): Promise<Quote> {
  const quote = { ...input, quote_id: newIdAt('quote', database.nowMs) };
  await insertQuote(database, quote);
  return createQuote.output.parse(quote);
}
