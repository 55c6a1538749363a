import { MAX_EVENTS_PER_REPLAY, type TripChange } from '#libs/contracts';

/** The parts of a change that a socket gets. */
export type SeenChange = Pick<TripChange, 'event' | 'trip'>;

export interface TripFeedParts {
  /** The first {@link MAX_EVENTS_PER_REPLAY} changes after a sequence number, in order. */
  replay: (afterSeq: number) => Promise<readonly SeenChange[]>;
  send: (change: SeenChange) => void;
}

/**
 * Sends the changes of one trip to one socket, each once and in order. Drops a late or repeated push. A push that comes
 * too early only shows how far the trip is: the missing changes, and this one, are read from `trips`, so no push needs
 * to be buffered.
 */
export class TripFeed {
  readonly #parts: TripFeedParts;
  /** The seq of the newest change sent. */
  #lastSeq: number;
  /** The seq of the newest change known to exist. */
  #newestSeq: number;
  #catchingUp: Promise<void> | undefined;

  constructor(parts: TripFeedParts, lastSeq: number) {
    this.#parts = parts;
    this.#lastSeq = lastSeq;
    this.#newestSeq = lastSeq;
  }

  /** Handles a pushed change. Rejects if missing changes before it cannot be read. */
  async push(change: SeenChange): Promise<void> {
    if (this.#catchingUp === undefined && change.event.seq === this.#lastSeq + 1) this.#send(change);
    else await this.reach(change.event.seq);
  }

  /** Sends all changes up to `seq`, which is known to exist. Rejects if they cannot be read. */
  async reach(seq: number): Promise<void> {
    this.#newestSeq = Math.max(this.#newestSeq, seq);
    if (this.#newestSeq > this.#lastSeq) await this.#catchUp();
  }

  /**
   * Sends all changes after the client's last one, which may repeat changes that were sent but not received. Rejects if
   * they cannot be read.
   */
  async resume(lastSeq: number): Promise<void> {
    while (this.#catchingUp !== undefined) await this.#catchingUp.catch(() => {});
    this.#lastSeq = lastSeq;
    try {
      await this.#catchUp();
    } catch (error) {
      // It is unknown which changes the client has, so the next push sends all of them.
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
