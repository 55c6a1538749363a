import type { DriverMove } from '#libs/contracts';
import type { DriverId, Match, OpenTrip, TripId } from '#libs/dispatch';
import type { ShardClaim, ShardKey } from '#libs/ownership';

/**
 * Matches of drivers at work as moves to commit, each with the epoch at which its trip's shard is owned; undefined where
 * one of the shards may not be decided on any more, since all go or none.
 *
 * @param freed who was on the way to a trip a moment ago, and is free now
 */
export function driverMoves(
  matches: readonly Match[],
  demand: { get: (tripId: TripId) => OpenTrip | undefined },
  claims: ReadonlyMap<ShardKey, ShardClaim>,
  freed?: DriverId,
): DriverMove[] | undefined {
  const leaves = new Map(
    matches.flatMap(({ tripId, replaces }): [DriverId, TripId][] =>
      replaces === undefined ? [] : [[replaces, tripId]],
    ),
  );
  const moves = matches.flatMap(({ tripId, driverId, replaces, pickupInS }): DriverMove[] => {
    const claim = claims.get(demand.get(tripId)?.shard ?? '');
    if (claim === undefined) return [];
    return [
      {
        trip_id: tripId,
        driver_id: driverId,
        replaces_driver_id: replaces ?? null,
        from_trip_id: driverId === freed ? null : (leaves.get(driverId) ?? null),
        shard: claim.shard,
        epoch: claim.epoch,
        pickup_eta_s: pickupInS,
      },
    ];
  });
  return moves.length === matches.length ? moves : undefined;
}
