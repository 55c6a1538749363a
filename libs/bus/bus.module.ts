import { Global, Inject, Injectable, Module, type OnApplicationShutdown } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { CLOCK, CONFIG, HEALTH, type BaseConfig, type Clock, type Health } from '#libs/service';
import { CommandClient } from './command-client.ts';
import { connectBus } from './connect.ts';

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
@Module({
  providers: [
    { provide: BUS, inject: [CONFIG, HEALTH], useFactory: openBus },
    { provide: CommandClient, inject: [CONFIG, CLOCK, HEALTH], useFactory: openCommands },
    BusCloser,
  ],
  exports: [BUS, CommandClient],
})
export class BusModule {}

async function openBus(config: BaseConfig, health: Health): Promise<NatsConnection> {
  const bus = await connectBus(config.natsUrls, config.instance);
  let connected = true;
  void (async () => {
    for await (const status of bus.status()) {
      if (status.type === 'disconnect') connected = false;
      if (status.type === 'reconnect') connected = true;
    }
  })();
  health.add('nats', () => (connected ? undefined : 'disconnected'));
  return bus;
}

async function openCommands(config: BaseConfig, clock: Clock, health: Health): Promise<CommandClient> {
  const client = new CommandClient(config.natsUrls, `${config.instance}-commands`, clock);
  await client.connect();
  health.add('nats_commands', () => (client.connected ? undefined : 'disconnected'));
  return client;
}
