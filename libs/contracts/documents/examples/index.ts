import type { ApiName } from '../api-info.ts';
import { DRIVER_EXAMPLES } from './driver.ts';
import type { OperationExample } from './example.ts';
import { ISSUER_EXAMPLES } from './issuer.ts';
import { OPERATOR_EXAMPLES } from './operator.ts';
import { RIDER_EXAMPLES } from './rider.ts';

/**
 * An example of each operation, by its id. Tests hold them to the schemas, send each request to a real service and
 * compare the answer with the example.
 */
export const EXAMPLES: Readonly<Record<ApiName, Readonly<Record<string, OperationExample>>>> = {
  rider: RIDER_EXAMPLES,
  driver: DRIVER_EXAMPLES,
  trips: OPERATOR_EXAMPLES,
  issuer: ISSUER_EXAMPLES,
};
