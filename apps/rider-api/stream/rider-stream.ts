import { Inject, Injectable, Controller, Post, type OnApplicationBootstrap } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { BUS, CommandClient, logDropped } from '#libs/bus';
import {
  postRiderTicket,
  routerPath,
  type RiderClientFrame,
  type RiderServerFrame,
  type StreamTicket,
} from '#libs/contracts';
import {
  CLOCK,
  CONFIG,
  LOGGER,
  CallerOf,
  ForRole,
  type Clock,
  type Logger,
  type Caller,
} from '#libs/service';
import { TicketOffice, type StreamConnection, type StreamHandler } from '#libs/stream';
import { riderOf } from '../rider-of.ts';
import type { RiderApiConfig } from '../config.ts';
import { RiderSession, type SessionContext } from './rider-session.ts';

/**
 * How far apart the checks of two sockets start after an outage, so that twenty thousand sockets do not read at
 * once.
 */
const CHECK_SPACING_MS = 2;

type RiderConnection = StreamConnection<RiderServerFrame>;

/** The sockets of riders. Each has its own session; several sockets of one rider are independent. */
@Injectable()
export class RiderStream
  implements StreamHandler<RiderClientFrame, RiderServerFrame>, OnApplicationBootstrap
{
  readonly #context: SessionContext;
  readonly #sessions = new Map<RiderConnection, RiderSession>();

  constructor(
    @Inject(BUS) bus: NatsConnection,
    commands: CommandClient,
    @Inject(CLOCK) clock: Clock,
    @Inject(LOGGER) logger: Logger,
    @Inject(CONFIG) { lostPushCheckMs }: RiderApiConfig,
  ) {
    const onDropped = logDropped(logger);
    this.#context = { bus, commands, clock, logger, lostPushCheckMs, onDropped };
  }

  onApplicationBootstrap(): void {
    void this.#followLink();
  }

  async opened(connection: RiderConnection): Promise<void> {
    const session = new RiderSession(this.#context, connection, riderOf(connection.caller));
    this.#sessions.set(connection, session);
    await session.open();
  }

  async received(connection: RiderConnection, frame: RiderClientFrame): Promise<void> {
    if (frame.type === 'heartbeat' || frame.type === 'token') return;
    await this.#sessions.get(connection)?.resume(frame.data.trips);
    connection.send({ type: 'ack', ...(frame.id !== undefined && { id: frame.id }), data: {} });
  }

  closed(connection: RiderConnection): void {
    this.#sessions.get(connection)?.close();
    this.#sessions.delete(connection);
  }

  /** Pushes during a NATS outage are lost, so after a reconnect every session checks for them, one after the other. */
  async #followLink(): Promise<void> {
    for await (const status of this.#context.bus.status()) {
      if (status.type !== 'reconnect') continue;
      [...this.#sessions.values()].forEach((session, index) => session.checkAfter(index * CHECK_SPACING_MS));
    }
  }
}

@Controller()
export class IssueTicketController {
  constructor(private readonly office: TicketOffice) {}

  @Post(routerPath(postRiderTicket))
  @ForRole('rider')
  issue(@CallerOf() caller: Caller): StreamTicket {
    return this.office.issue(caller);
  }
}
