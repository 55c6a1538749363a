import { Controller, Inject } from '@nestjs/common';
import { HandleCommand } from '#libs/bus';
import {
  readRideTimes,
  toTimestamp,
  type CommandInput,
  type CommandOutput,
  type TimedRide,
} from '#libs/contracts';
import { cellKeyToH3, pickupCellOf } from '#libs/geo';
import { CLOCK, LOGGER, machineTime, type Clock, type Logger } from '#libs/service';
import { endOfNewestRides, readCompletedRides, TripStore, type CompletedRideRow } from '#libs/store';
import { CommandHandlers } from '../command-handlers.ts';

const MS_PER_S = 1_000;
/** From how long back ride times are learned at a start: as long as the model remembers a city by half. */
const OLDEST_RIDE_MS = 28 * 24 * 3_600_000;
/** From how many rides at most they are learned at a start, the newest ones: some seconds of reading. */
const MAX_RIDES_AT_START = 20_000;
/**
 * How long after its end a ride is handed out, wall time: as long as a command may take. Else one that is committed later
 * than its successor would be behind the cursor.
 */
const SETTLING_MS = 5_000;

/** Hands out completed rides, from which rider-api learns ride times. */
@Controller()
export class CompletedRideHandlers extends CommandHandlers {
  constructor(
    private readonly store: TripStore,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) logger: Logger,
  ) {
    super(logger);
  }

  @HandleCommand(readRideTimes)
  async read({
    after,
    limit,
  }: CommandInput<typeof readRideTimes>): Promise<CommandOutput<typeof readRideTimes>> {
    const { upToDate } = this.store;
    const nowMs = this.clock.now();
    const from =
      after === undefined
        ? { endedAtMs: await endOfNewestRides(upToDate, nowMs - OLDEST_RIDE_MS, nowMs, MAX_RIDES_AT_START) }
        : { endedAtMs: Date.parse(after.ended_at), tripId: after.trip_id };
    const untilMs = nowMs - machineTime(this.clock, SETTLING_MS);
    const found = await readCompletedRides(upToDate, from, untilMs, limit + 1);
    const rides = found.slice(0, limit);
    const last = rides.at(-1);
    return {
      rides: rides.map(timedRideOf),
      after:
        last === undefined
          ? (after ?? null)
          : { ended_at: toTimestamp(last.endedAtMs), trip_id: last.tripId },
      more: found.length > limit,
    };
  }
}

function timedRideOf(ride: CompletedRideRow): TimedRide {
  return {
    pickup_cell: cellKeyToH3(pickupCellOf(ride.pickup)),
    dropoff_cell: cellKeyToH3(pickupCellOf(ride.dropoff)),
    distance_m: ride.distanceM,
    distance_source: ride.distanceSource,
    started_at: toTimestamp(ride.startedAtMs),
    street_s: ride.streetS,
    told_s: ride.toldS,
    actual_s: Math.max(0, ride.endedAtMs - ride.startedAtMs) / MS_PER_S,
    ended_by_operator: ride.endedByOperator,
    driver_was_silent: ride.driverWasSilent,
  };
}
