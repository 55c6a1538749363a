/**
 * Why a working routing engine refuses a question: a `place` has no street near it, there is `no_route`, a route is
 * longer than the engine computes (`too_far`), or the question has more places than it accepts (`too_large`).
 */
export type RefusalReason = 'place' | 'no_route' | 'too_far' | 'too_large';

/**
 * A routing engine's answer that the question cannot be answered because of its places. The engine works: only the
 * places are at fault. Any other error is a failure of the engine.
 */
export class EngineRefusal extends Error {
  override readonly name = 'EngineRefusal';
  readonly reason: RefusalReason;
  /** Index of the refused place in the request, if the engine names it. */
  readonly place: number | undefined;

  constructor(reason: RefusalReason, message: string, place?: number) {
    super(message);
    this.reason = reason;
    this.place = place;
  }
}
