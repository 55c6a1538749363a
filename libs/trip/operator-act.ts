import type { OperatorId } from './ids.ts';

/** Who acted on a trip for its rider or driver, and why. Kept in the event. */
export interface OperatorAct {
  readonly operatorId: OperatorId;
  readonly reasonCode: string;
  readonly note?: string;
}
