import {
  Injectable,
  type BeforeApplicationShutdown,
  type InjectionToken,
  type OnApplicationBootstrap,
  type Provider,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Server } from 'node:http';
import type { NatsConnection } from '@nats-io/transport-node';
import type { z } from 'zod';
import { BUS } from '#libs/bus';
import { JSON_SUBPROTOCOL } from '#libs/contracts';
import {
  CALL_LIMITS,
  CLOCK,
  CONFIG,
  LOGGER,
  METRICS,
  type BaseConfig,
  type CallLimits,
  type Clock,
  type Logger,
  type Metrics,
} from '#libs/service';
import type { StreamHandler } from './stream-connection.ts';
import { StreamServer } from './stream-server.ts';
import type { ClientFrame } from './stream-session.ts';
import { TicketOffice, type StreamRole } from './ticket-office.ts';

export interface StreamDefinition<F extends ClientFrame> {
  role: StreamRole;
  clientFrame: z.ZodType<F>;
  /** Injection token of the app's {@link StreamHandler}. */
  handler: InjectionToken<StreamHandler<F>>;
  subprotocols?: readonly string[];
}

/** Drains the sockets in `beforeApplicationShutdown`: the HTTP server closes after it and waits for its sockets. */
@Injectable()
class StreamLifecycle implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    private readonly server: StreamServer,
    private readonly tickets: TicketOffice,
    private readonly http: HttpAdapterHost,
  ) {}

  onApplicationBootstrap(): void {
    this.server.attach(this.http.httpAdapter.getHttpServer() as Server);
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.server.drain();
    this.tickets.close();
  }
}

/** The providers of `/v1/stream` for one role, and of the {@link TicketOffice} that issues its tickets. */
export function streamProviders<F extends ClientFrame>(definition: StreamDefinition<F>): Provider[] {
  const { role, clientFrame, subprotocols = [JSON_SUBPROTOCOL] } = definition;
  return [
    {
      provide: TicketOffice,
      inject: [CONFIG, BUS, CLOCK, LOGGER],
      useFactory: (config: BaseConfig, bus: NatsConnection, clock: Clock, logger: Logger) =>
        new TicketOffice(role, { instance: config.instance, bus, clock, logger }),
    },
    {
      provide: StreamServer,
      inject: [definition.handler, TicketOffice, CLOCK, METRICS, LOGGER, CALL_LIMITS],
      useFactory: (
        handler: StreamHandler<F>,
        tickets: TicketOffice,
        clock: Clock,
        metrics: Metrics,
        logger: Logger,
        callLimits: CallLimits,
      ) => {
        const redeem = (ticket: string) => tickets.redeem(ticket);
        return new StreamServer<F>({
          role,
          subprotocols,
          clientFrame,
          handler,
          redeem,
          clock,
          metrics,
          logger,
          callLimits,
        });
      },
    },
    StreamLifecycle,
  ];
}
