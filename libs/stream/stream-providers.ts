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
import { HailgridError, JSON_SUBPROTOCOL, type Scope } from '#libs/contracts';
import {
  CALL_LIMITS,
  CLOCK,
  CONFIG,
  LOGGER,
  METRICS,
  Callers,
  TokenVerifier,
  type BaseConfig,
  type CallLimits,
  type Clock,
  type Logger,
  type Metrics,
} from '#libs/service';
import type { StreamHandler } from './stream-connection.ts';
import { StreamServer } from './stream-server.ts';
import type { ClientFrame, RenewToken } from './stream-session.ts';
import { TicketOffice, type StreamRole } from './ticket-office.ts';

const RENEWAL = Symbol('hailgrid.stream.renewal');

/** Verifies newer tokens of sockets as those of calls; the log says why one is refused. */
function renewal(
  tokens: TokenVerifier,
  callers: Callers,
  logger: Logger,
  scope: Scope | undefined,
): RenewToken {
  return async (text, caller) => {
    try {
      const newer = await callers.of(await tokens.verifyToken(text), caller.role);
      if (newer.issuer !== caller.issuer || newer.subject !== caller.subject)
        throw new HailgridError('forbidden', 'the newer token is of another person');
      if (scope !== undefined && !newer.scopes.includes(scope))
        throw new HailgridError('insufficient_scope', `the newer token lacks ${scope}`, {
          detail: `the scope ${scope} is needed`,
        });
      return newer;
    } catch (error) {
      if (error instanceof HailgridError && error.status < 500)
        logger.info({ event: 'token_refused', code: error.code, caller: caller.id }, error.message);
      throw error;
    }
  };
}

export interface StreamDefinition<F extends ClientFrame> {
  role: StreamRole;
  /** Where clients open the WebSocket; {@link STREAM_PATH} unless given. */
  path?: string;
  /** What the token of a socket must allow, a newer one too. */
  scope?: Scope;
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
  const { role, path, scope, clientFrame, subprotocols = [JSON_SUBPROTOCOL] } = definition;
  return [
    {
      provide: TicketOffice,
      inject: [CONFIG, BUS, CLOCK, LOGGER],
      useFactory: (config: BaseConfig, bus: NatsConnection, clock: Clock, logger: Logger) =>
        new TicketOffice(role, { instance: config.instance, bus, clock, logger }),
    },
    {
      provide: RENEWAL,
      inject: [TokenVerifier, Callers, LOGGER],
      useFactory: (tokens: TokenVerifier, callers: Callers, logger: Logger) =>
        renewal(tokens, callers, logger, scope),
    },
    {
      provide: StreamServer,
      inject: [definition.handler, TicketOffice, CLOCK, METRICS, LOGGER, CALL_LIMITS, RENEWAL],
      useFactory: (
        handler: StreamHandler<F>,
        tickets: TicketOffice,
        clock: Clock,
        metrics: Metrics,
        logger: Logger,
        callLimits: CallLimits,
        renew: RenewToken,
      ) => {
        const redeem = (ticket: string) => tickets.redeem(ticket);
        return new StreamServer<F>({
          ...(path !== undefined && { path }),
          role,
          subprotocols,
          clientFrame,
          handler,
          redeem,
          renew,
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
