import {
  Global,
  Inject,
  Injectable,
  Module,
  type DynamicModule,
  type OnApplicationShutdown,
} from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import type { BusRole } from '#libs/contracts';
import { connectBus } from '#libs/nats';
import {
  CLOCK,
  CONFIG,
  HEALTH,
  LOGGER,
  METRICS,
  type BaseConfig,
  type Clock,
  type Health,
  type Logger,
  type Metrics,
  type ServiceParts,
} from '#libs/service';
import { busAccessOf } from './command-transport.ts';
import { BusWatch } from './bus-watch.ts';
import { CommandClient } from './command-client.ts';

/** Injection token of the raw NATS connection. */
export const BUS = Symbol('hailgrid.bus');

/** Drains the connection last, after everything else in the process has stopped publishing. */
@Injectable()
class BusCloser implements OnApplicationShutdown {
  constructor(
    @Inject(BUS) private readonly bus: NatsConnection,
    private readonly commands: CommandClient,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await this.commands.close();
    if (!this.bus.isClosed()) await this.bus.drain();
  }
}

/** One raw connection and one command client for the whole process; readiness follows both. */
@Global()
@Module({})
export class BusModule {
  /** The role decides what nats-server lets the process publish and hear. */
  static of(role: BusRole): DynamicModule {
    return {
      module: BusModule,
      providers: [
        {
          provide: BUS,
          inject: [CONFIG, HEALTH, LOGGER, METRICS],
          useFactory: (config: BaseConfig, health: Health, logger: Logger, metrics: Metrics) =>
            openBus(config, role, { health, logger, metrics }),
        },
        {
          provide: CommandClient,
          // After the raw connection, which ends the process if NATS refuses its identity.
          inject: [CONFIG, CLOCK, HEALTH, BUS],
          useFactory: (config: BaseConfig, clock: Clock, health: Health) =>
            openCommands(config, role, clock, health),
        },
        BusCloser,
      ],
      exports: [BUS, CommandClient],
    };
  }
}

async function openBus(
  config: BaseConfig,
  role: BusRole,
  { health, logger, metrics }: Pick<ServiceParts, 'health' | 'logger' | 'metrics'>,
): Promise<NatsConnection> {
  const bus = await connectBus(busAccessOf(config, role), config.instance);
  const watch = new BusWatch(logger, metrics);
  void (async () => {
    for await (const status of bus.status()) watch.note(status);
  })();
  health.add('nats', () => watch.complaint);
  return bus;
}

async function openCommands(
  config: BaseConfig,
  role: BusRole,
  clock: Clock,
  health: Health,
): Promise<CommandClient> {
  const client = new CommandClient(busAccessOf(config, role), `${config.instance}-commands`, clock);
  await client.connect();
  health.add('nats_commands', () => (client.connected ? undefined : 'disconnected'));
  return client;
}
