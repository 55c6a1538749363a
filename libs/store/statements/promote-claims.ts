import { uuidOf } from '#libs/contracts';
import type { Queryable } from '../postgres/database.ts';

/** What was to come after a trip that is over comes now. */
export async function promoteClaims(transaction: Queryable, driverIds: readonly string[]): Promise<void> {
  await transaction.rows({
    name: 'promote-claims',
    text: `
      UPDATE driver_claim AS next SET place = 0
      WHERE driver_id = ANY ($1::uuid[]) AND place = 1
        AND NOT EXISTS (SELECT FROM driver_claim AS now WHERE now.driver_id = next.driver_id AND now.place = 0)`,
    values: [driverIds.map((id) => uuidOf('driver', id))],
  });
}
