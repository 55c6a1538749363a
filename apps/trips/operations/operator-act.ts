import { operatorId, type OperatorActRequest } from '#libs/contracts';
import type { Caller } from '#libs/service';
import type { OperatorAct } from '#libs/trip';

/** The act of an operator, as events keep it. */
export function actOf(
  { id }: Pick<Caller, 'id'>,
  { reason_code: reasonCode, note }: OperatorActRequest,
): OperatorAct {
  return { operatorId: operatorId.parse(id), reasonCode, ...(note !== undefined && { note }) };
}
