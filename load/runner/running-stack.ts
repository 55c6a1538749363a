import { UserError } from '../../ops/command-line/user-error.ts';
import type { LoadSettings } from '../settings.ts';

const ANSWER_LIMIT_MS = 3_000;

/** Throws an Error with instructions if a service that the riders call is not ready. */
export async function requireRunningStack({ riderApiUrl, issuerUrl }: LoadSettings): Promise<void> {
  const services = [
    { name: 'rider-api', url: riderApiUrl, option: '--rider-api-url' },
    { name: 'dev-issuer', url: issuerUrl, option: '--issuer-url' },
  ];
  for (const { name, url, option } of services) {
    const complaint = await complaintOf(url);
    if (complaint === undefined) continue;
    throw new UserError(
      `${name} at ${url} ${complaint}.\n` +
        `Run \`npm start\` in another terminal first, or give the URL of ${name} with --port (as given to npm start) or ${option}.`,
    );
  }
}

async function complaintOf(url: string): Promise<string | undefined> {
  try {
    const answer = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(ANSWER_LIMIT_MS) });
    return answer.ok ? undefined : `is not ready (${answer.status})`;
  } catch (error) {
    return error instanceof DOMException && error.name === 'TimeoutError'
      ? `did not answer within ${ANSWER_LIMIT_MS / 1000} s`
      : 'does not answer';
  }
}
