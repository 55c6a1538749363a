import { hash } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { HailgridError } from '#libs/contracts';

/** How long reading the streets may take. */
const READ_LIMIT_MS = 60_000;

/** The streets as they are sent. */
export interface StreetFile {
  /** GeoJSON, gzip. */
  readonly body: Buffer;
  readonly etag: string;
}

/** Reads the network of a directory in a thread of its own. Throws `unavailable` if it cannot be read. */
export async function readStreetFile(directory: string): Promise<StreetFile> {
  const worker = new Worker(new URL(`./streets-worker${EXTENSION}`, import.meta.url), {
    workerData: directory,
  });
  const limit = setTimeout(() => void worker.terminate(), READ_LIMIT_MS);
  try {
    const bytes = await new Promise<Uint8Array>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', () => reject(new Error('the thread has ended without streets')));
    });
    const body = Buffer.from(bytes);
    return { body, etag: `"${hash('sha256', body, 'base64url')}"` };
  } catch (error) {
    throw new HailgridError('unavailable', 'the streets cannot be read', { cause: error });
  } finally {
    clearTimeout(limit);
    await worker.terminate();
  }
}

/** This file is compiled in production, and a source in tests. */
const EXTENSION = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
