import { randomUUID } from 'node:crypto';
import {
  connect,
  headers,
  nkeyAuthenticator,
  PermissionViolationError,
  type NatsConnection,
} from '@nats-io/transport-node';
import { z } from 'zod';
import {
  commandReply,
  type BusRole,
  type Command,
  type CommandInput,
  type CommandReply,
} from '#libs/contracts';
import { inboxPrefixOf } from '#libs/nats';
import { until } from '../../../dev/process/until.ts';
import type { AttackCity } from './attack-city.ts';

/** How long nats-server may take to report a refusal. */
const REFUSAL_LIMIT_MS = 5_000;
/** How long `trips` may take to answer a command. */
const COMMAND_LIMIT_MS = 10_000;
/** Nobody may publish on it. */
const FORBIDDEN = 'end.of.the.act';

/** What Nest's transport puts around the answer of a command. */
const packet = z.object({ response: commandReply });

/** A connection with the stolen key of one role. */
export class BusSpeaker {
  readonly bus: NatsConnection;
  readonly #refused: string[] = [];

  private constructor(bus: NatsConnection) {
    this.bus = bus;
    void this.#listen();
  }

  static async of({ natsUrl, seeds }: AttackCity, role: BusRole): Promise<BusSpeaker> {
    const authenticator = nkeyAuthenticator(new TextEncoder().encode(seeds[role]));
    return new BusSpeaker(
      await connect({ servers: natsUrl, authenticator, inboxPrefix: inboxPrefixOf(role), reconnect: false }),
    );
  }

  /** One connection a role for the whole run: a login costs 80 ms. It ends with nats-server. */
  static shared(city: AttackCity, role: BusRole): Promise<BusSpeaker> {
    const ofCity = SHARED.get(city) ?? new Map<BusRole, Promise<BusSpeaker>>();
    SHARED.set(city, ofCity);
    const speaker = ofCity.get(role) ?? BusSpeaker.of(city, role);
    ofCity.set(role, speaker);
    return speaker;
  }

  /** With the login of a user who may do everything. */
  static async observer({ observerUrl }: AttackCity): Promise<BusSpeaker> {
    const { username, password, host } = new URL(observerUrl);
    return new BusSpeaker(await connect({ servers: host, user: username, pass: password, reconnect: false }));
  }

  /** What nats-server refuses of `act`. It reports refusals in order, so the last one shows that all are there. */
  async refusalsOf(act: (bus: NatsConnection) => void): Promise<string[]> {
    const { bus } = this;
    this.#refused.length = 0;
    act(bus);
    bus.publish(FORBIDDEN);
    await until(
      () => this.#refused.at(-1) === `publish ${FORBIDDEN}`,
      REFUSAL_LIMIT_MS,
      () => 'nats-server did not report the end of the act',
    );
    return this.#refused.slice(0, -1);
  }

  /** Sends a command as an API process does, with any token or none. */
  async command<C extends Command>(
    command: C,
    input: CommandInput<C>,
    token?: string,
  ): Promise<CommandReply> {
    const envelope = headers();
    if (token !== undefined) envelope.set('Hailgrid-Token', token);
    const body = JSON.stringify({ pattern: command.subject, data: input, id: randomUUID() });
    const reply = await this.bus.request(command.subject, body, {
      timeout: COMMAND_LIMIT_MS,
      headers: envelope,
    });
    return packet.parse(reply.json()).response;
  }

  async close(): Promise<void> {
    await this.bus.close();
  }

  async #listen(): Promise<void> {
    for await (const status of this.bus.status()) {
      if (status.type === 'error' && status.error instanceof PermissionViolationError)
        this.#refused.push(`${status.error.operation} ${status.error.subject}`);
    }
  }
}

const SHARED = new WeakMap<AttackCity, Map<BusRole, Promise<BusSpeaker>>>();

/** Runs `work` with the stolen key of a role. */
export async function withKeyOf<T>(
  city: AttackCity,
  role: BusRole | 'observer',
  work: (speaker: BusSpeaker) => Promise<T>,
): Promise<T> {
  const speaker = role === 'observer' ? await BusSpeaker.observer(city) : await BusSpeaker.of(city, role);
  try {
    return await work(speaker);
  } finally {
    await speaker.close();
  }
}
