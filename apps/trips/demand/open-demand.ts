import { Controller, Inject } from '@nestjs/common';
import { HandleCommand } from '#libs/bus';
import {
  MAX_OPEN_TRIPS_PER_SWEEP,
  openDemand,
  readOpenTrip,
  toTripRecord,
  type CommandInput,
  type CommandOutput,
  type OpenTrip,
  type ShardClaimMessage,
} from '#libs/contracts';
import { cellKeyFromH3, descendantRange, PICKUP_CELL_RES } from '#libs/geo';
import { ShardMap } from '#libs/ownership';
import { LOGGER, type Logger } from '#libs/service';
import { openTrips, readShardsOf, readTrip, TripStore } from '#libs/store';
import { driverIdOfRider, type Trip } from '#libs/trip';
import { CommandHandlers } from '../command-handlers.ts';

/** Reads the open demand from Postgres for matchers. */
@Controller()
export class OpenDemandHandlers extends CommandHandlers {
  constructor(
    private readonly store: TripStore,
    @Inject(LOGGER) logger: Logger,
  ) {
    super(logger);
  }

  /**
   * Lists all open trips of the shards that a matcher owns, so that a lost nudge delays a trip by one sweep at most. The
   * trips of neighbouring shards come with them: the matcher weighs them but does not decide on them.
   */
  @HandleCommand(openDemand)
  async list({
    matcher,
    shards,
    neighbours,
  }: CommandInput<typeof openDemand>): Promise<CommandOutput<typeof openDemand>> {
    const rows = await readShardsOf(this.store, [...shards.map(({ shard }) => shard), ...neighbours]);
    const { owned, moved } = sortOut(matcher, shards, rows);
    const beside = new Set<string>(neighbours);
    // A shard without an owner is retired (its children have its trips), or no matcher decides on its trips now.
    const live = rows.filter(({ shard, owner }) => beside.has(shard) && owner !== null);
    const asked = [...new Set([...owned, ...live])];
    const ranges = asked.map(({ shard }) => {
      const [lo, hi] = descendantRange(cellKeyFromH3(shard), PICKUP_CELL_RES);
      return { lo, hi };
    });
    const found = await openTrips(this.store, ranges, MAX_OPEN_TRIPS_PER_SWEEP + 1);
    const map = ShardMap.of(asked);
    const trips = found.slice(0, MAX_OPEN_TRIPS_PER_SWEEP).flatMap((trip) => {
      const claim = map.claimContaining(cellKeyFromH3(trip.pickupCell));
      return claim === undefined ? [] : [openTripOf(trip, claim.shard)];
    });
    return { trips, moved, truncated: found.length > MAX_OPEN_TRIPS_PER_SWEEP };
  }

  /** Reads one trip for a matcher that got a nudge; null if its pickup is over. */
  @HandleCommand(readOpenTrip)
  async read({
    trip_id,
    shard,
  }: CommandInput<typeof readOpenTrip>): Promise<CommandOutput<typeof readOpenTrip>> {
    const trip = await readTrip(this.store, trip_id);
    return trip?.state === 'processing' || trip?.state === 'accepted' ? openTripOf(trip, shard) : null;
  }
}

/** Splits a matcher's claims by whether they still hold; `moved` has the current claim of each shard that it lost. */
export function sortOut(
  matcher: string,
  believed: readonly ShardClaimMessage[],
  rows: readonly ShardClaimMessage[],
): { owned: ShardClaimMessage[]; moved: ShardClaimMessage[] } {
  const current = new Map(rows.map((row) => [row.shard, row]));
  const owned: ShardClaimMessage[] = [];
  const moved: ShardClaimMessage[] = [];
  for (const claim of believed) {
    const row = current.get(claim.shard);
    if (row?.owner === matcher && row.epoch === claim.epoch) owned.push(row);
    else if (row !== undefined) moved.push(row);
  }
  return { owned, moved };
}

/** A trip as matchers hear of it: its rider counts as excluded, in case it drives too. */
export function openTripOf(trip: Trip, shard: string): OpenTrip {
  const {
    trip_id,
    seq,
    product,
    pickup,
    dropoff,
    trip_s,
    requested_at,
    search_deadline_at,
    excluded_driver_ids,
    pauses,
    driver,
    swaps,
  } = toTripRecord(trip);
  return {
    trip_id,
    seq,
    shard,
    product,
    pickup,
    dropoff,
    trip_s,
    requested_at,
    search_deadline_at,
    offered: trip.offer !== null,
    excluded_driver_ids: [...excluded_driver_ids, driverIdOfRider(trip.riderId)],
    pauses,
    driver_id: driver?.driver_id ?? null,
    swaps,
  };
}
