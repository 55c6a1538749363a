import type { Logger } from '#libs/service';

/**
 * What becomes of a message that could not be taken; its subject is that of the message, not the pattern subscribed
 * to.
 */
export type DroppedMessage = (error: unknown, subject: string) => void;

/** One line in the log for each message dropped: it is a peer's mistake, or ours, and nobody is left to answer. */
export function logDropped(logger: Logger): DroppedMessage {
  return (error, subject) =>
    logger.warn({ event: 'message_dropped', subject, err: error }, 'a message could not be taken');
}
