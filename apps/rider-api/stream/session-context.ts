import type { NatsConnection } from '@nats-io/transport-node';
import type { CommandClient, DroppedMessage } from '#libs/bus';
import type { Clock, Logger } from '#libs/service';

/** What the sessions of a process share. */
export interface SessionContext {
  bus: NatsConnection;
  commands: CommandClient;
  clock: Clock;
  logger: Logger;
  /** What a lost push hid is found after so long at the latest; the machine's time. */
  lostPushCheckMs: number;
  onDropped: DroppedMessage;
}
