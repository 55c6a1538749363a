import { Body, Controller, Headers, Inject, Post } from '@nestjs/common';
import { postQuote, routerPath, type Quote, type QuoteRequest } from '#libs/contracts';
import {
  CallerOf,
  ForRole,
  LOGGER,
  METRICS,
  readIdempotencyKey,
  RequestIdOf,
  type Caller,
  type Logger,
  type Metrics,
} from '#libs/service';
import { riderOf } from '../caller/rider-of.ts';
import { Quoting } from './quoting.ts';

@Controller()
export class CreateQuoteController {
  readonly #quotes: ReturnType<typeof countQuotes>;

  constructor(
    private readonly quoting: Quoting,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(METRICS) metrics: Metrics,
  ) {
    this.#quotes = countQuotes(metrics);
  }

  @Post(routerPath(postQuote))
  @ForRole('rider')
  async create(
    @CallerOf() caller: Caller,
    @RequestIdOf() requestId: string,
    @Headers('idempotency-key') key: unknown,
    @Body({ schema: postQuote.body }) request: QuoteRequest,
  ): Promise<Quote> {
    const riderId = riderOf(caller);
    const quote = await this.quoting.quote(riderId, request, readIdempotencyKey(key, request));
    this.#quotes.inc({ pickup_eta: quote.pickup_eta_s === null ? 'unknown' : 'known' });
    this.logger.debug({
      event: 'quote_created',
      quote_id: quote.quote_id,
      rider_id: riderId,
      request_id: requestId,
    });
    return quote;
  }
}

function countQuotes(metrics: Metrics) {
  return metrics.counter('quotes_total', 'Quotes given, by whether a pickup ETA was known', ['pickup_eta']);
}
