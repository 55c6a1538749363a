import { describeDiskFull } from './disk-space.ts';
import { UserError } from './user-error.ts';

/** Runs the body of an npm script, which returns the exit code. Reports an error on stderr, with exit code 1. */
export async function runCommand(body: () => Promise<number> | number): Promise<void> {
  try {
    process.exitCode = await body();
  } catch (error) {
    const words = error instanceof UserError ? error.message : describeDiskFull(error);
    console.error(words === undefined ? error : `hailgrid: ${words}`);
    process.exitCode = 1;
  }
}
