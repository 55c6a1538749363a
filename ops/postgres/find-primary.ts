import { query } from './query.ts';
import { UserError } from '../command-line/user-error.ts';

/** Finds the first of these servers that takes writes. Throws {@link UserError} if none does. */
export async function findPrimary(urls: readonly string[]): Promise<string> {
  const answers: string[] = [];
  for (const url of urls) {
    try {
      const [row] = await query<{ standby: boolean }>(url, 'SELECT pg_is_in_recovery() AS standby');
      if (row?.standby === false) return url;
      answers.push(`${hostOf(url)}: a standby`);
    } catch (error) {
      answers.push(`${hostOf(url)}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new UserError(`No primary among the servers given:\n  ${answers.join('\n  ')}`);
}

/** Host and port of a URL, for messages, which must not contain the password. */
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'not a URL';
}
