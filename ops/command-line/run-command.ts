import { UserError } from './user-error.ts';

/** The body of an npm script: gives its exit code; a failure is told on stderr and is exit code 1. */
export async function runCommand(body: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await body();
  } catch (error) {
    console.error(error instanceof UserError ? `hailgrid: ${error.message}` : error);
    process.exitCode = 1;
  }
}
