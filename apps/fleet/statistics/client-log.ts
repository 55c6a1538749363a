import { createWriteStream, type WriteStream } from 'node:fs';
import { toTimestamp } from '#libs/contracts';
import type { ServiceClock } from '../clock/service-clock.ts';

/** Buffered bytes at which the log is written. */
const FLUSH_BYTES = 64 * 1024;

/**
 * What the services acknowledged or pushed to a simulated phone, for a later comparison with the database; and the
 * riders' requests that failed after all attempts.
 */
export type Seen =
  | { kind: 'trip_asked'; rider_id: string; idempotency_key: string; quote_id: string }
  | { kind: 'trip_requested'; trip_id: string; seq: number; rider_id: string; idempotency_key: string }
  | { kind: 'repeat_refused'; rider_id: string; idempotency_key: string; code: string }
  | { kind: 'rider_canceled'; trip_id: string; seq: number; rider_id: string }
  | { kind: 'request_failed'; rider_id: string; code: string; since_ms: number }
  | { kind: 'rider_saw'; trip_id: string; seq: number; state: string }
  | { kind: 'driver_offered'; driver_id: string; trip_id: string; offer_id: string }
  | {
      kind: 'driver_saw';
      driver_id: string;
      trip_id: string;
      seq: number;
      state: string;
      standing: string;
    }
  | { kind: 'driver_online'; driver_id: string; session: number }
  | {
      kind: 'driver_changed';
      change: 'accept' | 'decline' | 'arrived' | 'start' | 'complete' | 'cancel';
      driver_id: string;
      trip_id: string;
      offer_id?: string;
      seq: number;
    };

/**
 * Writes one JSON line per entry, with service time (`at`) and wall time (`at_ms`), in large chunks. Does nothing
 * without a file.
 */
export class ClientLog {
  readonly #clock: ServiceClock;
  readonly #file: WriteStream | undefined;
  #lines: string[] = [];
  #bytes = 0;

  constructor(clock: ServiceClock, path: string | undefined) {
    this.#clock = clock;
    this.#file = path === undefined ? undefined : createWriteStream(path, { flags: 'a' });
  }

  write(entry: Seen): void {
    if (this.#file === undefined) return;
    const line = `${JSON.stringify({ at: toTimestamp(this.#clock.now()), at_ms: Date.now(), ...entry })}\n`;
    this.#lines.push(line);
    this.#bytes += line.length;
    if (this.#bytes >= FLUSH_BYTES) this.flush();
  }

  flush(): void {
    if (this.#lines.length === 0) return;
    this.#file?.write(this.#lines.join(''));
    this.#lines = [];
    this.#bytes = 0;
  }

  /** Resolves when all lines are written to the operating system. */
  async close(): Promise<void> {
    this.flush();
    const file = this.#file;
    if (file !== undefined) await new Promise<void>((resolve) => file.end(resolve));
  }
}
