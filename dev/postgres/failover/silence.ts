/**
 * The result of a check of a server. `starting`: it refuses sessions while it recovers from a crash. `unsure`: the
 * keeper's own event loop was late, so the silence proves nothing.
 */
export type Answer = 'well' | 'starting' | 'silent' | 'unsure';

/** Consecutive bad answers. */
export interface Silence {
  readonly silent: number;
  readonly starting: number;
}

export const UNBROKEN: Silence = { silent: 0, starting: 0 };

/** Consecutive unanswered checks after which a server counts as dead, and is killed and replaced. */
export const MAX_SILENT = 3;
/** Consecutive checks during which a server may recover by itself, before it is killed and replaced. */
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
