import { MAX_EVENTS_PER_REPLAY, type TripChange } from '#libs/contracts';

/** What a socket is told of a change. */
export type SeenChange = Pick<TripChange, 'event' | 'trip'>;

export interface TripFeedParts {
  /** The first {@link MAX_EVENTS_PER_REPLAY} changes after a sequence number, in order. */
  replay: (afterSeq: number) => Promise<readonly SeenChange[]>;
  send: (change: SeenChange) => void;
}

/**
 * One trip as one socket hears of it: each change once and in order, whatever the pushes do. A push that comes late
 * or again is dropped; one that comes too early only says how far there is to go, and the missing ones are read from
 * `trips`. So nothing has to be kept while they are.
 */
export class TripFeed {
  readonly #parts: TripFeedParts;
  /** The newest change that the client has. */
  #lastSeq: number;
  /** The newest change that we were told of. */
  #newestSeq: number;
  #catchingUp: Promise<void> | undefined;

  constructor(parts: TripFeedParts, lastSeq: number) {
    this.#parts = parts;
    this.#lastSeq = lastSeq;
    this.#newestSeq = lastSeq;
  }

  /** A change was pushed. Rejects where the missing ones before it cannot be read. */
  async push(change: SeenChange): Promise<void> {
    if (this.#catchingUp === undefined && change.event.seq === this.#lastSeq + 1) this.#send(change);
    else await this.reach(change.event.seq);
  }

  /** The trip is known to have got that far. Rejects where the missing changes cannot be read. */
  async reach(seq: number): Promise<void> {
    this.#newestSeq = Math.max(this.#newestSeq, seq);
    if (this.#newestSeq > this.#lastSeq) await this.#catchUp();
  }

  /**
   * The client says what it has, which may be less than it was sent: it hears all after that (again). Rejects where
   * they cannot be read.
   */
  async resume(lastSeq: number): Promise<void> {
    while (this.#catchingUp !== undefined) await this.#catchingUp.catch(() => {});
    this.#lastSeq = lastSeq;
    try {
      await this.#catchUp();
    } catch (error) {
      // What the client has is not known, so the next change brings all of them.
      this.#lastSeq = 0;
      this.#newestSeq = 0;
      throw error;
    }
  }

  #catchUp(): Promise<void> {
    this.#catchingUp ??= this.#readMissing().finally(() => {
      this.#catchingUp = undefined;
    });
    return this.#catchingUp;
  }

  async #readMissing(): Promise<void> {
    let read: number;
    do {
      const changes = await this.#parts.replay(this.#lastSeq);
      for (const change of changes) if (change.event.seq > this.#lastSeq) this.#send(change);
      read = changes.length;
    } while (read === MAX_EVENTS_PER_REPLAY || (read > 0 && this.#lastSeq < this.#newestSeq));
  }

  #send(change: SeenChange): void {
    this.#lastSeq = change.event.seq;
    this.#parts.send(change);
  }
}
