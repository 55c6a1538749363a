import { setTimeout as sleep } from 'node:timers/promises';
import { createInbox, nkeys, PermissionViolationError, type NatsConnection } from '@nats-io/transport-node';
import type { BusRole } from '#libs/contracts';
import { BusRefusedError, connectBus, inboxPrefixOf, isInbox, type BusAccess } from '#libs/nats';
import { CommandLine } from '../../../dev/bus/command-line.ts';
import type { ChaosCity } from '../city/chaos-city.ts';
import type { LieTally } from './lie-tally.ts';

/** How long a refusal may take to arrive after the server has answered everything else. */
const REFUSAL_LIMIT_MS = 1_000;
const POLL_MS = 20;

type Bus = Pick<ChaosCity, 'nats'>;

/** A process that has the key of a role, and means harm. */
export class Liar {
  readonly role: BusRole;
  readonly commands: CommandLine;
  readonly #bus: NatsConnection;
  readonly #tally: LieTally;
  /** `publish SUBJECT` and `subscription SUBJECT` that the server has refused. */
  readonly #refusals = new Set<string>();

  private constructor(role: BusRole, bus: NatsConnection, tally: LieTally) {
    this.role = role;
    this.#bus = bus;
    this.commands = new CommandLine(bus);
    this.#tally = tally;
    void this.#hear();
  }

  static async as(role: BusRole, { nats }: Bus, tally: LieTally): Promise<Liar> {
    const access = { servers: withoutLogin(nats.urls), role, nkeySeed: nats.seeds[role] };
    return new Liar(role, await connectBus(access, `liar-${role}`), tally);
  }

  async close(): Promise<void> {
    await this.#bus.close();
  }

  /** Says what the role may say. */
  tell(subject: string, message: object | Uint8Array): void {
    this.#tally.told += 1;
    this.#bus.publish(subject, message instanceof Uint8Array ? message : JSON.stringify(message));
  }

  /** Answers every question on a subject in the place of those who are asked. */
  answer(subject: string, reply: (question: unknown, subject: string) => object): void {
    this.#bus.subscribe(subject, {
      callback: (_, message) => {
        if (!isInbox(message.reply)) return;
        this.#tally.answered += 1;
        message.respond(JSON.stringify(reply(message.json(), message.subject)));
      },
    });
  }

  /** Tries what the role may not do; whatever the server does not refuse was believed. */
  async tryAll(publications: readonly string[], subscriptions: readonly string[]): Promise<void> {
    for (const subject of publications) this.#bus.publish(subject, '{}');
    for (const subject of subscriptions) this.#bus.subscribe(subject, { callback: () => {} });
    await this.#bus.flush();
    const wanted = [
      ...publications.map((subject) => `publish ${subject}`),
      ...subscriptions.map((subject) => `subscription ${subject}`),
    ];
    const missing = (): string[] => wanted.filter((refusal) => !this.#refusals.has(refusal));
    const deadlineMs = performance.now() + REFUSAL_LIMIT_MS;
    while (missing().length > 0 && performance.now() < deadlineMs) await sleep(POLL_MS);
    this.#tally.refused += wanted.length - missing().length;
    for (const refusal of missing()) this.#tally.believed.push(`${this.role} may ${refusal}`);
  }

  async #hear(): Promise<void> {
    for await (const status of this.#bus.status()) {
      if (status.type !== 'error' || !(status.error instanceof PermissionViolationError)) continue;
      this.#refusals.add(`${status.error.operation} ${status.error.subject}`);
    }
  }
}

/** Who has no key gets no line; a key that nobody made is none. */
export async function tryAsOutsider({ nats }: Bus, tally: LieTally): Promise<void> {
  const servers = withoutLogin(nats.urls);
  const invented = new TextDecoder().decode(nkeys.createUser().getSeed());
  const outsiders: Record<string, BusAccess> = {
    'without a key': { servers },
    'with an invented key': { servers, role: 'trips', nkeySeed: invented },
  };
  for (const [who, access] of Object.entries(outsiders)) {
    try {
      await (await connectBus(access, 'outsider')).close();
      tally.believed.push(`an outsider ${who} is connected`);
    } catch (error) {
      if (!(error instanceof BusRefusedError)) throw error;
      tally.refused += 1;
    }
  }
}

/** The place where the answers to another role arrive. */
export function inboxOf(role: BusRole): string {
  return createInbox(inboxPrefixOf(role));
}

function withoutLogin(urls: readonly string[]): string[] {
  return urls.map((url) => url.replace(/\/\/[^@/]*@/, '//'));
}
