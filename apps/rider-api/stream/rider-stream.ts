import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { BUS, CommandClient, logDropped } from '#libs/bus';
import type { RiderClientFrame, RiderServerFrame } from '#libs/contracts';
import { CLOCK, CONFIG, LOGGER, type Clock, type Logger } from '#libs/service';
import type { StreamConnection, StreamHandler } from '#libs/stream';
import { riderOf } from '../caller/rider-of.ts';
import type { RiderApiConfig } from '../config.ts';
import { RiderSession } from './rider-session.ts';
import type { SessionContext } from './session-context.ts';

/**
 * How far apart the checks of two sockets start after an outage, so that twenty thousand sockets do not read at
 * once.
 */
const CHECK_SPACING_MS = 2;

type RiderConnection = StreamConnection<RiderServerFrame>;

/** The sockets of riders: each has a session of its own, several of one rider know nothing of each other. */
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
    if (frame.type === 'heartbeat') return;
    await this.#sessions.get(connection)?.resume(frame.data.trips);
    connection.send({ type: 'ack', ...(frame.id !== undefined && { id: frame.id }), data: {} });
  }

  closed(connection: RiderConnection): void {
    this.#sessions.get(connection)?.close();
    this.#sessions.delete(connection);
  }

  /** What was pushed while NATS was away is lost; one session after the other makes up for it. */
  async #followLink(): Promise<void> {
    for await (const status of this.#context.bus.status()) {
      if (status.type !== 'reconnect') continue;
      [...this.#sessions.values()].forEach((session, index) => session.checkAfter(index * CHECK_SPACING_MS));
    }
  }
}
