import type { SessionAnswer } from '../../protocol/session.ts';
import { call } from '../ops-api/call.ts';

/** A socket ends with its session. The page then reloads at the same address and offers to sign in. */
export async function reloadIfSignedOut(): Promise<void> {
  // A console that does not answer says nothing about the session: the socket tries again by itself.
  const answer = await call<SessionAnswer>('/v1/console/session?app=console').catch(() => undefined);
  if (answer !== undefined && answer.session === null) window.location.reload();
}
