import { MAX_ATTENTION_PER_PAGE, type AttentionEntry, type OperatorServerFrame } from '#libs/contracts';
import type { StreamConnection } from '#libs/stream';

export interface AttentionSessionParts {
  connection: Pick<StreamConnection<OperatorServerFrame>, 'send' | 'probe'>;
  /** The first entries after a number, at most {@link MAX_ATTENTION_PER_PAGE}. */
  read: (after: number) => Promise<readonly AttentionEntry[]>;
  /** Called if entries cannot be read: the client is to connect again and go on from its number. */
  onFailure: (error: unknown) => void;
}

/**
 * Sends the feed to one socket: every entry after the client's number, in order and once. A page goes out after the client has
 * received the one before, so that a slow client waits and costs one page.
 */
export class AttentionSession {
  readonly #parts: AttentionSessionParts;
  /** Number of the last entry sent; undefined before `follow`. */
  #sent: number | undefined;
  #newest = 0;
  #isSending = false;
  #closed = false;

  constructor(parts: AttentionSessionParts) {
    this.#parts = parts;
  }

  /** Goes on after this number. */
  follow(after: number, newest: number): void {
    this.#sent = after;
    this.reaches(newest);
  }

  /** The feed has entries up to this number. */
  reaches(newest: number): void {
    this.#newest = Math.max(newest, this.#newest);
    if (!this.#isSending) void this.#send();
  }

  close(): void {
    this.#closed = true;
  }

  async #send(): Promise<void> {
    this.#isSending = true;
    try {
      while (!this.#closed && this.#sent !== undefined && this.#sent < this.#newest)
        await this.#sendPage(this.#sent, this.#newest);
    } catch (error) {
      if (!this.#closed) this.#parts.onFailure(error);
    } finally {
      this.#isSending = false;
    }
  }

  async #sendPage(after: number, newest: number): Promise<void> {
    const { connection, read } = this.#parts;
    const page = await read(after);
    // Another `follow` came meanwhile.
    if (this.#closed || this.#sent !== after) return;
    for (const entry of page) connection.send({ type: 'attention', seq: entry.number, data: entry });
    // The rest up to `newest` is not kept any more.
    this.#sent =
      page.length < MAX_ATTENTION_PER_PAGE ? Math.max(newest, page.at(-1)?.number ?? 0) : lastOf(page);
    await new Promise<void>((resolve) => connection.probe(resolve));
  }
}

function lastOf(page: readonly AttentionEntry[]): number {
  return page.at(-1)?.number ?? 0;
}
