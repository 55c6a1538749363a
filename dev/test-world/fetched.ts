import { UserError } from '../../ops/command-line/user-error.ts';

/**
 * Fetches a program for a test. Returns the reason if this machine cannot get it, so that the test is skipped with
 * the reason. In continuous integration (CI is set) this throws: there the test must run.
 */
export async function fetchedOrReason<T>(
  fetching: Promise<T>,
): Promise<{ fetched: T; missing?: undefined } | { fetched?: undefined; missing: string }> {
  try {
    return { fetched: await fetching };
  } catch (error) {
    if (!(error instanceof UserError) || isContinuousIntegration()) throw error;
    return { missing: error.message };
  }
}

function isContinuousIntegration(): boolean {
  return !['', '0', 'false'].includes(process.env['CI'] ?? '');
}
