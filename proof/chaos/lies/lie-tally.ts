/** What the liars of a fault did, and what came of it. */
export interface LieTally {
  /** Messages and answers that a role may send. */
  told: number;
  /** Questions that were answered falsely. */
  answered: number;
  /** What the server or `trips` refused. */
  refused: number;
  /** Lies that had an effect that they may not have. */
  readonly believed: string[];
}

export function newTally(): LieTally {
  return { told: 0, answered: 0, refused: 0, believed: [] };
}
