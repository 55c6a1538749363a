import { Body, Controller, Get, Headers, Inject, Post } from '@nestjs/common';
import {
  getProducts,
  postQuote,
  routerPath,
  type ProductList,
  type Quote,
  type QuoteRequest,
} from '#libs/contracts';
import {
  CallerOf,
  CONFIG,
  ForRole,
  LOGGER,
  METRICS,
  readIdempotencyKey,
  RequestIdOf,
  type Caller,
  type Logger,
  type Metrics,
} from '#libs/service';
import type { RiderApiConfig } from '../config.ts';
import { riderOf } from '../rider-of.ts';
import { Quoting } from './quoting.ts';
import { productOffers } from './tariffs.ts';

@Controller()
@ForRole('rider')
export class QuotesController {
  readonly #quotes: ReturnType<typeof countQuotes>;
  readonly #currency: string;

  constructor(
    private readonly quoting: Quoting,
    @Inject(CONFIG) config: RiderApiConfig,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(METRICS) metrics: Metrics,
  ) {
    this.#quotes = countQuotes(metrics);
    this.#currency = config.currency;
  }

  @Get(routerPath(getProducts))
  list(): ProductList {
    const data = productOffers(this.#currency).map(({ product, name, seats, tariff }) => {
      const money = (amountMinor: number) => ({ amount_minor: amountMinor, currency: tariff.currency });
      return {
        product,
        name,
        seats,
        base_fare: money(tariff.baseMinor),
        per_km: money(tariff.perKmMinor),
        per_min: money(tariff.perMinMinor),
        minimum_fare: money(tariff.minimumMinor),
      };
    });
    return { data };
  }

  @Post(routerPath(postQuote))
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
