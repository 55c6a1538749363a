import type { Caller } from '#libs/service';

/**
 * How many open tickets a process keeps; a request for one more gets 429. Only an attack fills it, since a ticket
 * lives for seconds.
 */
export const MAX_OPEN_TICKETS = 50_000;
/** How many open tickets one caller has; a further one invalidates the caller's oldest. */
export const MAX_OPEN_TICKETS_PER_CALLER = 4;

interface OpenTicket {
  caller: Caller;
  expiresAtMs: number;
}

/** Issued tickets that are not used yet. All have the same lifetime, so the oldest entry expires first. */
export class TicketStore {
  readonly #ttlMs: number;
  readonly #capacity: number;
  readonly #open = new Map<string, OpenTicket>();
  readonly #byCaller = new Map<string, string[]>();

  constructor(ttlMs: number, capacity = MAX_OPEN_TICKETS) {
    this.#ttlMs = ttlMs;
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#open.size;
  }

  /** Stores a ticket; false if the store is full of valid tickets. */
  put(secret: string, caller: Caller, nowMs: number): boolean {
    this.#dropExpired(nowMs);
    const own = this.#byCaller.get(caller.id) ?? [];
    const oldest = own.length >= MAX_OPEN_TICKETS_PER_CALLER ? own[0] : undefined;
    if (oldest !== undefined) this.#remove(oldest);
    if (this.#open.size >= this.#capacity) return false;
    this.#open.set(secret, { caller, expiresAtMs: nowMs + this.#ttlMs });
    this.#byCaller.set(caller.id, [...(this.#byCaller.get(caller.id) ?? []), secret]);
    return true;
  }

  /** Uses the ticket up and returns its caller; undefined if it is unknown, used or expired. */
  take(secret: string, nowMs: number): Caller | undefined {
    const ticket = this.#remove(secret);
    return ticket !== undefined && ticket.expiresAtMs > nowMs ? ticket.caller : undefined;
  }

  #dropExpired(nowMs: number): void {
    for (const [secret, ticket] of this.#open) {
      if (ticket.expiresAtMs > nowMs) return;
      this.#remove(secret);
    }
  }

  #remove(secret: string): OpenTicket | undefined {
    const ticket = this.#open.get(secret);
    if (ticket === undefined) return undefined;
    this.#open.delete(secret);
    const rest = (this.#byCaller.get(ticket.caller.id) ?? []).filter((other) => other !== secret);
    if (rest.length === 0) this.#byCaller.delete(ticket.caller.id);
    else this.#byCaller.set(ticket.caller.id, rest);
    return ticket;
  }
}
