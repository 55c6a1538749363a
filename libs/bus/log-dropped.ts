import { z } from 'zod';
import { issuesOf } from '#libs/contracts';
import type { Logger } from '#libs/service';

/**
 * Called for each dropped message, with the subject it was published on rather than the subscribed pattern.
 */
export type DroppedMessage = (error: unknown, subject: string) => void;

/** How many characters of each text are logged, so that a peer's messages cannot inflate the log. */
const MAX_LOGGED_CHARS = 200;

/** Logs one short line for each dropped message, since there is no caller to answer. */
export function logDropped(logger: Logger): DroppedMessage {
  return (error, subject) =>
    logger.warn(
      { event: 'message_dropped', subject: cut(subject), reason: cut(reasonOf(error)) },
      'message dropped',
    );
}

/** For an invalid message: its first mistake, and how many more there are. */
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
