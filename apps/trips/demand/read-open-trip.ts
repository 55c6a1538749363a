import { Controller, Inject } from '@nestjs/common';
import { HandleCommand } from '#libs/bus';
import { readOpenTrip, type CommandInput, type CommandOutput } from '#libs/contracts';
import { LOGGER, type Logger } from '#libs/service';
import { readTrip, TripStore } from '#libs/store';
import { CommandHandlers } from '../command-handlers.ts';
import { openTripOf } from './open-trip.ts';

/** One trip before its pickup, for a matcher that was nudged. */
@Controller()
export class ReadOpenTripHandler extends CommandHandlers {
  constructor(
    private readonly store: TripStore,
    @Inject(LOGGER) logger: Logger,
  ) {
    super(logger);
  }

  @HandleCommand(readOpenTrip)
  async handle({
    trip_id,
    shard,
  }: CommandInput<typeof readOpenTrip>): Promise<CommandOutput<typeof readOpenTrip>> {
    const trip = await readTrip(this.store, trip_id);
    return trip?.state === 'processing' || trip?.state === 'accepted' ? openTripOf(trip, shard) : null;
  }
}
