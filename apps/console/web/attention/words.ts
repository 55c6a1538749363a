import type { AttentionEntry } from '#libs/contracts';
import type { Tone } from '../design/parts.tsx';

type Kind = AttentionEntry['kind'];

/** What each kind means, in words, and how urgent it is. */
export const KINDS: Readonly<Record<Kind, { name: string; tone: Tone; means: string }>> = {
  stuck: {
    name: 'stuck',
    tone: 'danger',
    means:
      'A ride is under way and its driver is silent. Call them; complete or fail the trip if nobody answers.',
  },
  heard_again: { name: 'heard again', tone: 'good', means: 'The driver of a stuck ride was heard again.' },
  driver_lost: {
    name: 'driver lost',
    tone: 'warn',
    means: 'The driver vanished before the ride; another one is searched for.',
  },
  driver_canceled: {
    name: 'given back',
    tone: 'warn',
    means: 'The driver gave the trip back; another one is searched for.',
  },
  no_drivers_available: {
    name: 'no driver found',
    tone: 'danger',
    means: 'The search ended and the rider has no ride.',
  },
  failed: { name: 'failed', tone: 'danger', means: 'The trip failed.' },
  completion_flagged: {
    name: 'odd end',
    tone: 'warn',
    means: 'The ride was completed in an odd place, or without a position.',
  },
  long_search: {
    name: 'long search',
    tone: 'warn',
    means: 'A rider waits long for a driver. Assign one, or let the search go on.',
  },
  long_wait: { name: 'long wait', tone: 'warn', means: 'A driver waits long at the pickup.' },
  suspicion: { name: 'suspicion', tone: 'warn', means: 'Positions of the driver look made up.' },
};
