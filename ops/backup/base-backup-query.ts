import type { Connection, Submittable } from 'pg';

/** What the server sends during BASE_BACKUP, besides the log's positions. Each chunk is the receiver's own. */
export interface BaseBackupReceiver {
  /** The archive `base.tar` begins, or another one for each tablespace. */
  onArchive(name: string): void;
  /** Bytes of the archive begun last. False: no more until `resume`. */
  onArchiveData(chunk: Buffer): boolean;
  /** Bytes of the manifest, which comes after all archives. */
  onManifestData(chunk: Buffer): void;
}

/** Where in the log a backup begins or ends. */
export interface BackupPosition {
  lsn: string;
  timeline: number;
}

interface CopyDataMessage {
  chunk: Buffer;
}
interface DataRowMessage {
  fields: (string | null)[];
}

const NEW_ARCHIVE = 'n';
const MANIFEST = 'm';
const DATA = 'd';
const PROGRESS = 'p';

/**
 * BASE_BACKUP of the streaming replication protocol, as PostgreSQL has it from 15 on: a row with the start, a row for each
 * tablespace, one COPY with all archives and the manifest (each message is led by a letter that tells its kind), and a row
 * with the end. To be given to `query` of a client that connected with `replication`.
 */
export class BaseBackupQuery implements Submittable {
  readonly start: Promise<BackupPosition>;
  /** When the server is done and ready for the next command; rejects where it was not done. */
  readonly end: Promise<BackupPosition>;
  readonly #text: string;
  readonly #receiver: BaseBackupReceiver;
  readonly #started = Promise.withResolvers<BackupPosition>();
  readonly #ended = Promise.withResolvers<BackupPosition>();
  #connection: Connection | undefined;
  #newest: BackupPosition | undefined;
  #inManifest = false;

  constructor(text: string, receiver: BaseBackupReceiver) {
    this.#text = text;
    this.#receiver = receiver;
    this.start = this.#started.promise;
    this.end = this.#ended.promise;
    this.start.catch(() => undefined); // whoever waits for the end hears of it
  }

  /** Takes data again. */
  resume(): void {
    this.#connection?.stream.resume();
  }

  submit(connection: Connection): void {
    this.#connection = connection;
    connection.query(this.#text);
  }

  handleRowDescription(): void {
    // The rows are known by their order.
  }

  handleDataRow({ fields: [first, second] }: DataRowMessage): void {
    // Rows of tablespaces have no position: theirs are an id, or null, and a path.
    if (first === null || first === undefined || !first.includes('/')) return;
    this.#newest = { lsn: first, timeline: Number(second) };
    this.#started.resolve(this.#newest);
  }

  handleCopyData({ chunk }: CopyDataMessage): void {
    const kind = String.fromCharCode(chunk[0] ?? 0);
    if (kind === NEW_ARCHIVE) this.#receiver.onArchive(textAt(chunk, 1));
    else if (kind === MANIFEST) this.#inManifest = true;
    else if (kind === DATA) this.#takeData(Buffer.from(chunk.subarray(1)));
    else if (kind !== PROGRESS) this.#fail(new Error(`BASE_BACKUP: a message of unknown kind ${kind}`));
  }

  handleCommandComplete(): void {
    // One for each result; the end is told by handleReadyForQuery.
  }

  handleError(error: unknown): void {
    this.#fail(error);
  }

  handleReadyForQuery(): void {
    if (this.#newest === undefined) this.#fail(new Error('BASE_BACKUP ended without a position'));
    else this.#ended.resolve(this.#newest);
  }

  #takeData(data: Buffer): void {
    if (this.#inManifest) this.#receiver.onManifestData(data);
    else if (!this.#receiver.onArchiveData(data)) this.#connection?.stream.pause();
  }

  #fail(error: unknown): void {
    this.#started.reject(error);
    this.#ended.reject(error);
  }
}

function textAt(chunk: Buffer, offset: number): string {
  return chunk.toString('utf8', offset, chunk.indexOf(0, offset));
}
