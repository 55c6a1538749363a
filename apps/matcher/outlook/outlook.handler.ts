import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { BUS, logDropped, serveJson } from '#libs/bus';
import { MAX_OUTLOOK_CELLS, OUTLOOK_SUBJECT, outlookRequest, type OutlookReply } from '#libs/contracts';
import { DispatchEngine } from '#libs/dispatch';
import { CLOCK, LOGGER, type Clock, type Logger } from '#libs/service';
import { Ownership } from '../ownership/ownership.ts';
import { MoveLoop } from '../repositioning/move-loop.ts';
import { expectedRequests } from './expected-requests.ts';

/** Tells consoles what this matcher expects in its shards. */
@Injectable()
export class OutlookHandler implements OnApplicationBootstrap {
  constructor(
    @Inject(BUS) private readonly bus: NatsConnection,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly moves: MoveLoop,
    private readonly engine: DispatchEngine,
    private readonly ownership: Ownership,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    serveJson(this.bus, OUTLOOK_SUBJECT, outlookRequest, () => this.#outlook(), logDropped(this.logger));
  }

  /** The engine has one price for all shards of this matcher. */
  #outlook(): OutlookReply {
    const price = Math.round(this.engine.driverTimePrice * 1_000) / 1_000;
    const shards = [...this.ownership.own.values()].slice(0, MAX_OUTLOOK_CELLS);
    return {
      expected: expectedRequests(this.moves.recentRequests(this.clock.now())),
      prices: shards.map(({ shard }) => [shard, price]),
    };
  }
}
