/** A statement as a client sent it, with its parameters in text form. */
export interface SentStatement {
  readonly text: string;
  readonly values: readonly (string | null)[];
}

const LENGTH_BYTES = 4;

/**
 * Parses what a client sends to Postgres (protocol 3.0, "Message Formats" in PostgreSQL's documentation) into statements,
 * both simple queries and prepared, bound ones.
 */
export class ClientMessages {
  #unread = Buffer.alloc(0);
  #hasStarted = false;
  readonly #prepared = new Map<string, string>();

  /** The statements that these bytes complete. */
  read(bytes: Buffer): SentStatement[] {
    this.#unread = Buffer.concat([this.#unread, bytes]);
    const statements: SentStatement[] = [];
    for (let message = this.#next(); message !== undefined; message = this.#next()) {
      const statement = this.#statementOf(message);
      if (statement !== undefined) statements.push(statement);
    }
    return statements;
  }

  /** The first message of a connection has no type. */
  #next(): { type: string; body: Buffer } | undefined {
    const typeBytes = this.#hasStarted ? 1 : 0;
    if (this.#unread.length < typeBytes + LENGTH_BYTES) return undefined;
    const end = typeBytes + this.#unread.readInt32BE(typeBytes);
    if (this.#unread.length < end) return undefined;
    const type = this.#hasStarted ? this.#unread.toString('latin1', 0, 1) : 'startup';
    const body = this.#unread.subarray(typeBytes + LENGTH_BYTES, end);
    this.#unread = this.#unread.subarray(end);
    this.#hasStarted = true;
    return { type, body };
  }

  #statementOf({ type, body }: { type: string; body: Buffer }): SentStatement | undefined {
    if (type === 'Q') return { text: textAt(body, 0).text, values: [] };
    if (type === 'P') {
      const name = textAt(body, 0);
      this.#prepared.set(name.text, textAt(body, name.end).text);
    }
    return type === 'B' ? this.#boundStatement(body) : undefined;
  }

  #boundStatement(body: Buffer): SentStatement {
    const portal = textAt(body, 0);
    const name = textAt(body, portal.end);
    const text = this.#prepared.get(name.text);
    if (text === undefined) throw new Error(`statement ${name.text} was not prepared on this connection`);
    const formats = body.readInt16BE(name.end);
    let at = name.end + 2 + 2 * formats;
    const count = body.readInt16BE(at);
    at += 2;
    const values: (string | null)[] = [];
    for (let index = 0; index < count; index += 1) {
      const length = body.readInt32BE(at);
      at += LENGTH_BYTES;
      values.push(length < 0 ? null : body.toString('utf8', at, at + length));
      at += Math.max(0, length);
    }
    return { text, values };
  }
}

/** A zero-terminated string. */
function textAt(body: Buffer, start: number): { text: string; end: number } {
  const zero = body.indexOf(0, start);
  return { text: body.toString('utf8', start, zero), end: zero + 1 };
}
