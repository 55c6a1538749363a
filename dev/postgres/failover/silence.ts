/**
 * What came of asking a server. `starting`: it refuses sessions, since it recovers from a crash of its own. `unsure`: our
 * own clock was late, so its silence may be ours.
 */
export type Answer = 'well' | 'starting' | 'silent' | 'unsure';

/** Answers in a row. */
export interface Silence {
  readonly silent: number;
  readonly starting: number;
}

export const UNBROKEN: Silence = { silent: 0, starting: 0 };

/** After how many unanswered questions in a row a server counts as dead, and is killed and replaced. */
export const MAX_SILENT = 3;
/** For how many questions in a row a server may recover by itself before it is killed and replaced. */
export const MAX_STARTING = 10;

export function afterAnswer(before: Silence, answer: Answer): Silence {
  switch (answer) {
    case 'well':
      return UNBROKEN;
    case 'unsure':
      return before;
    case 'starting':
      return { silent: 0, starting: before.starting + 1 };
    case 'silent':
      return { silent: before.silent + 1, starting: before.starting };
  }
}

export function isLost({ silent, starting }: Silence): boolean {
  return silent >= MAX_SILENT || starting >= MAX_STARTING;
}
