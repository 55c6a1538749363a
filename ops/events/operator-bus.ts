import type { NatsConnection } from '@nats-io/transport-node';
import { connectBus } from '#libs/nats';
import { secretIn } from '../command-line/secret-in.ts';

/** Connects a tool as the operator, with the key or credentials that the environment names. */
export async function connectAsOperator(natsUrls: string, name: string): Promise<NatsConnection> {
  return connectBus(
    {
      servers: natsUrls.split(','),
      role: 'operator',
      nkeySeed: secretIn(process.env, 'HAILGRID_NATS_NKEY_SEED'),
      credsFile: process.env['HAILGRID_NATS_CREDS_FILE'],
      tls: {
        caFile: process.env['HAILGRID_NATS_CA_FILE'],
        certFile: process.env['HAILGRID_NATS_CERT_FILE'],
        keyFile: process.env['HAILGRID_NATS_KEY_FILE'],
      },
    },
    name,
  );
}
