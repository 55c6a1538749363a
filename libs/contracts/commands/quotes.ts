import { byRider, defineCommand, idempotency } from '../command.ts';
import { quote } from '../http/quotes.ts';
import { riderId } from '../ids.ts';
import { h3Cell } from '../values.ts';

/** Stores a quote, so that its price holds until it expires. */
export const createQuote = defineCommand(
  'riders',
  'trips.quotes.create',
  quote
    .omit({ quote_id: true })
    .extend({ rider_id: riderId, pickup_cell: h3Cell, idempotency: idempotency.optional() }),
  quote,
  { callers: ['rider-api'], person: byRider },
);
