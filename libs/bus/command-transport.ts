import { Transport, type NatsOptions } from '@nestjs/microservices';
import type { BusRole } from '#libs/contracts';
import { connectionOptions, type BusAccess } from '#libs/nats';
import { rereadSecret, type BaseConfig, type Clock } from '#libs/service';
import { CommandReplyDeserializer, CommandRequestDeserializer } from './command-packets.ts';

/** The access that the configuration of a process describes. */
export function busAccessOf(config: BaseConfig, role: BusRole): BusAccess {
  return {
    servers: config.natsUrls,
    role,
    nkeySeed: rereadSecret(config, 'natsNkeySeed'),
    credsFile: config.natsCredsFile,
    tls: { caFile: config.natsCaFile, certFile: config.natsCertFile, keyFile: config.natsKeyFile },
  };
}

/** How long a stopping service still answers requests that were already sent to it. */
const GRACE_PERIOD_MS = 500;

/** Nest's transport for the commands of a service; instances of one queue share the work. */
export function commandTransport(access: BusAccess, name: string, queue: string, clock: Clock): NatsOptions {
  return {
    transport: Transport.NATS,
    options: {
      ...connectionOptions(access, name),
      queue,
      gracefulShutdown: true,
      gracePeriod: GRACE_PERIOD_MS,
      deserializer: new CommandRequestDeserializer(clock),
    },
  };
}

/** Options of Nest's client side. */
export function commandClientOptions(access: BusAccess, name: string): NonNullable<NatsOptions['options']> {
  return { ...connectionOptions(access, name), deserializer: new CommandReplyDeserializer() };
}
