import { writeFileSync } from 'node:fs';
import { UserError } from './user-error.ts';

/** A key is for the user that runs the process. */
export const SECRET_MODE = 0o600;

/** Never replaces a key: the processes that hold the old one would be refused, and what it opens would be lost. */
export function writeNew(file: string, text: string, mode: number): void {
  try {
    writeFileSync(file, text, { mode, flag: 'wx' });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST')
      throw new UserError(
        `${file} is there already; name another folder, or remove the keys that nobody uses`,
      );
    throw error;
  }
}
