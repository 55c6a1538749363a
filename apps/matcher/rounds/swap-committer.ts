import { Inject, Injectable } from '@nestjs/common';
import { CommandClient } from '#libs/bus';
import { MAX_MOVES_PER_REMATCH, MAX_REMATCHES_PER_BATCH, rematch, type DriverMove } from '#libs/contracts';
import { OpenDemand, type Match, type OpenTrip } from '#libs/dispatch';
import type { ShardClaim, ShardKey } from '#libs/ownership';
import { LOGGER, type Logger } from '#libs/service';
import type { DriverId, TripId } from '#libs/trip';
import { OpenTripReader } from '../demand/open-trip-reader.ts';
import { Ownership } from '../ownership/ownership.ts';
import { RoundMetrics } from './round-metrics.ts';

/** Has `trips` send drivers at work to other riders, and applies the outcomes. */
@Injectable()
export class SwapCommitter {
  constructor(
    private readonly commands: CommandClient,
    private readonly ownership: Ownership,
    private readonly demand: OpenDemand,
    private readonly reader: OpenTripReader,
    private readonly metrics: RoundMetrics,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Sends drivers who were freed by an accepted ask to their planned trips. */
  follow(paths: readonly (readonly Match[])[]): Promise<void> {
    const claims = this.#claims();
    return this.#commit(paths.map((path) => driverMoves(path, this.demand, claims, path[0]?.driverId)));
  }

  /** Lets drivers exchange trips among themselves. */
  swap(rings: readonly (readonly Match[])[]): Promise<void> {
    const claims = this.#claims();
    return this.#commit(rings.map((ring) => driverMoves(ring, this.demand, claims)));
  }

  /** Claims of the matchable shards; shards being handed over are left out. */
  #claims(): ReadonlyMap<ShardKey, ShardClaim> {
    return new Map(this.ownership.matchable().map((claim) => [claim.shard, claim]));
  }

  async #commit(planned: readonly (DriverMove[] | undefined)[]): Promise<void> {
    const sets = planned.filter(
      (moves) => moves !== undefined && moves.length > 0 && moves.length <= MAX_MOVES_PER_REMATCH,
    );
    for (let start = 0; start < sets.length; start += MAX_REMATCHES_PER_BATCH) {
      const batch = sets.slice(start, start + MAX_REMATCHES_PER_BATCH) as DriverMove[][];
      const { outcomes } = await this.commands.call(rematch, { matcher: this.ownership.self, sets: batch });
      for (const [index, outcome] of outcomes.entries()) {
        const moves = batch[index] ?? [];
        if (outcome.result === 'done') this.#done(moves, outcome.trip_seqs);
        else this.#refused(moves, outcome.reason);
      }
    }
  }

  #done(moves: readonly DriverMove[], seqs: readonly { trip_id: string; seq: number }[]): void {
    this.metrics.countMoves('done', moves.length);
    for (const { trip_id, driver_id, replaces_driver_id, shard, epoch } of moves) {
      const trip = this.demand.get(trip_id);
      const seq = seqs.find((changed) => changed.trip_id === trip_id)?.seq;
      if (trip !== undefined && seq !== undefined)
        this.demand.upsert({ ...trip, driverId: driver_id, offered: false, version: seq });
      this.logger.info(
        { event: 'driver_moved', trip_id, driver_id, replaces: replaces_driver_id, shard, epoch },
        'driver sent to another rider',
      );
    }
  }

  /** The known trips are stale, so they are read again. */
  #refused(moves: readonly DriverMove[], reason: string): void {
    this.metrics.countMoves(reason, moves.length);
    for (const { trip_id, shard } of moves) this.reader.request(trip_id, shard);
  }
}

/**
 * Converts matches of drivers at work into moves to commit, each with the epoch of its trip's shard. Undefined if one of
 * the shards may no longer be decided on, since moves commit all or none.
 *
 * @param freed a driver who was on the way to a trip and has just been freed
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
