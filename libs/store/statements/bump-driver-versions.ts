import { uuidOf } from '#libs/contracts';
import type { Queryable } from '../postgres/database.ts';

/** Counts a change of what these (locked) drivers are; their new version is one more than the locked row's. */
export async function bumpDriverVersions(
  transaction: Queryable,
  driverIds: readonly string[],
): Promise<void> {
  await transaction.rows({
    name: 'bump-driver-versions',
    text: `UPDATE driver SET version = version + 1 WHERE driver_id = ANY ($1::uuid[])`,
    values: [driverIds.map((id) => uuidOf('driver', id))],
  });
}
