import { randomBytes } from 'node:crypto';
import {
  NoRespondersError,
  RequestError,
  type NatsConnection,
  type Subscription,
} from '@nats-io/transport-node';
import { z } from 'zod';
import { logDropped, requestJson, serveJson } from '#libs/bus';
import {
  HailgridError,
  instanceName,
  role,
  riderTicketSubject,
  driverTicketSubject,
  operatorTicketSubject,
  TICKET_TTL_MS,
  toTimestamp,
} from '#libs/contracts';
import type { Caller, Clock, Logger } from '#libs/service';
import { TicketStore } from './ticket-store.ts';

/** How many random bytes a ticket has. */
const SECRET_BYTES = 32;
/** `<instance>.<32 bytes in base64url>`. */
const TICKET = /^(?<issuer>[\w-]{1,63})\.(?<secret>[\w-]{43})$/;
/** How long the issuer of a ticket may take to answer another instance, wall time. */
const REDEEM_LIMIT_MS = 2_000;

const redeemRequest = z.object({ secret: z.string().max(100) });
/** The caller with the token: a socket proves with it that the person is present, and ends with it. */
const redeemReply = z.object({
  caller: z
    .object({
      role,
      id: z.string(),
      issuer: z.string(),
      subject: z.string(),
      scopes: z.array(z.string()).readonly(),
      expiresAtMs: z.number(),
      token: z.string(),
    })
    .nullable(),
});

/** Whose sockets a process serves. */
export type StreamRole = 'rider' | 'driver' | 'operator';

/** One subject a role: a driver-api may not answer for the tickets of riders. */
const TICKET_SUBJECTS: Readonly<Record<StreamRole, (instance: string) => string>> = {
  rider: riderTicketSubject,
  driver: driverTicketSubject,
  operator: operatorTicketSubject,
};

export interface IssuedTicket {
  ticket: string;
  expires_at: string;
}

/**
 * Issues single-use tickets for the WebSocket and redeems them; for a ticket of another instance, asks that instance.
 * A ticket lives for {@link TICKET_TTL_MS} of wall time, since it only has to outlast network delays.
 */
export class TicketOffice {
  readonly #instance: string;
  readonly #subjectOf: (instance: string) => string;
  readonly #bus: NatsConnection;
  readonly #clock: Clock;
  readonly #open = new TicketStore(TICKET_TTL_MS);
  readonly #requests: Subscription;

  constructor(
    role: StreamRole,
    { instance, bus, clock, logger }: { instance: string; bus: NatsConnection; clock: Clock; logger: Logger },
  ) {
    this.#instance = instanceName.parse(instance);
    this.#subjectOf = TICKET_SUBJECTS[role];
    this.#bus = bus;
    this.#clock = clock;
    this.#requests = serveJson(
      bus,
      this.#subjectOf(this.#instance),
      redeemRequest,
      ({ secret }): z.infer<typeof redeemReply> => ({ caller: this.#take(secret) ?? null }),
      logDropped(logger),
    );
  }

  /** `expires_at` is in service time; with compressed time the ticket lives longer than that. */
  issue(caller: Caller): IssuedTicket {
    const secret = randomBytes(SECRET_BYTES).toString('base64url');
    if (!this.#open.put(secret, caller, performance.now())) {
      throw new HailgridError('rate_limited', 'too many open tickets');
    }
    return {
      ticket: `${this.#instance}.${secret}`,
      expires_at: toTimestamp(this.#clock.now() + TICKET_TTL_MS),
    };
  }

  /** Throws `ticket_invalid`, or `unavailable` if the issuer runs but does not answer. */
  async redeem(ticket: string): Promise<Caller> {
    const { issuer, secret } = TICKET.exec(ticket)?.groups ?? {};
    if (issuer === undefined || secret === undefined) throw invalid('not a ticket');
    const caller = issuer === this.#instance ? this.#take(secret) : await this.#askIssuer(issuer, secret);
    if (caller === undefined) throw invalid('unknown, used or expired');
    return caller;
  }

  close(): void {
    this.#requests.unsubscribe();
  }

  #take(secret: string): Caller | undefined {
    return this.#open.take(secret, performance.now());
  }

  async #askIssuer(issuer: string, secret: string): Promise<Caller | undefined> {
    try {
      const reply = await requestJson(
        this.#bus,
        this.#subjectOf(issuer),
        { secret },
        redeemReply,
        REDEEM_LIMIT_MS,
      );
      return reply.caller ?? undefined;
    } catch (error) {
      // The issuer is gone, and its tickets with it.
      if (isWithoutResponders(error)) return undefined;
      throw error;
    }
  }
}

function isWithoutResponders(error: unknown): boolean {
  if (!(error instanceof HailgridError)) return false;
  const { cause } = error;
  return cause instanceof NoRespondersError || (cause instanceof RequestError && cause.isNoResponders());
}

function invalid(why: string): HailgridError {
  return new HailgridError('ticket_invalid', why);
}
