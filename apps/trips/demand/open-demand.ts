import { Controller, Inject } from '@nestjs/common';
import { HandleCommand } from '#libs/bus';
import {
  MAX_OPEN_TRIPS_PER_SWEEP,
  openDemand,
  type CommandInput,
  type CommandOutput,
  type ShardClaimMessage,
} from '#libs/contracts';
import { cellKeyFromH3, descendantRange, PICKUP_CELL_RES } from '#libs/geo';
import { ShardMap } from '#libs/ownership';
import { LOGGER, type Logger } from '#libs/service';
import { openTrips, readShardsOf, TripStore } from '#libs/store';
import { CommandHandlers } from '../command-handlers.ts';
import { openTripOf } from './open-trip.ts';

/**
 * Gives a matcher the open demand of the shards it owns, from Postgres: what no lost nudge can hide. That of their
 * neighbours comes with it, to be weighed.
 */
@Controller()
export class OpenDemandHandler extends CommandHandlers {
  constructor(
    private readonly store: TripStore,
    @Inject(LOGGER) logger: Logger,
  ) {
    super(logger);
  }

  @HandleCommand(openDemand)
  async handle({
    matcher,
    shards,
    neighbours,
  }: CommandInput<typeof openDemand>): Promise<CommandOutput<typeof openDemand>> {
    const rows = await readShardsOf(this.store, [...shards.map(({ shard }) => shard), ...neighbours]);
    const { owned, moved } = sortOut(matcher, shards, rows);
    const beside = new Set<string>(neighbours);
    // One that nobody owns is retired, and its trips are its children's; or nobody decides on them.
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
}

/** Which of the claims the matcher believes in still hold; for the others, what holds instead. */
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
