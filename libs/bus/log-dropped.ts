import { z } from 'zod';
import { issuesOf } from '#libs/contracts';
import type { Logger } from '#libs/service';

/**
 * What becomes of a message that could not be taken; its subject is that of the message, not the pattern subscribed
 * to.
 */
export type DroppedMessage = (error: unknown, subject: string) => void;

/** How many characters of each text are logged: what a peer sends does not decide the size of the log. */
const MAX_LOGGED_CHARS = 200;

/** One short line in the log for each message dropped: it is a peer's mistake, or ours, and nobody is left to answer. */
export function logDropped(logger: Logger): DroppedMessage {
  return (error, subject) =>
    logger.warn(
      { event: 'message_dropped', subject: cut(subject), reason: cut(reasonOf(error)) },
      'a message could not be taken',
    );
}

/** Of a message without the expected form the first thing that is wrong and how many there are. */
function reasonOf(error: unknown): string {
  if (!(error instanceof z.ZodError)) return String(error);
  const [first, ...others] = issuesOf(error);
  const reason = `${first?.pointer ?? ''} ${first?.message ?? ''}`.trim();
  return others.length === 0
    ? reason
    : `${reason.slice(0, MAX_LOGGED_CHARS / 2)} (and ${others.length} more)`;
}

function cut(text: string): string {
  return text.length <= MAX_LOGGED_CHARS ? text : `${text.slice(0, MAX_LOGGED_CHARS - 1)}…`;
}
