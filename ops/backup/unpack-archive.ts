import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Extract } from 'tar-stream';
import { UserError } from '../command-line/user-error.ts';

/**
 * Writes the files of a data directory, as the server sends them, below this folder; nothing is flushed to disk yet.
 * Throws {@link UserError} for what is neither file nor folder: links to places outside.
 */
export async function unpackArchive(archive: Extract, folder: string): Promise<void> {
  mkdirSync(folder, { mode: 0o700 });
  for await (const entry of archive) {
    const { name, type } = entry.header;
    const path = join(folder, name);
    // The server writes the names; even so nothing is written elsewhere.
    if (!path.startsWith(join(folder, '/'))) throw new UserError(`base backup: ${name} lies outside of it`);
    if (type === 'directory') {
      mkdirSync(path, { recursive: true, mode: 0o700 });
      entry.resume();
    } else if (type === 'file') {
      await pipeline(entry, createWriteStream(path, { mode: 0o600 }));
    } else {
      throw new UserError(
        `base backup: ${name} is a ${type ?? 'thing'}; links and tablespaces are not supported`,
      );
    }
  }
}
