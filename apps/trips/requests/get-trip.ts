import { Controller, Inject } from '@nestjs/common';
import { HandleCommand } from '#libs/bus';
import { getTrip, toTripRecord, type CommandInput, type CommandOutput } from '#libs/contracts';
import { LOGGER, type Logger } from '#libs/service';
import { TripStore } from '#libs/store';
import { CommandHandlers } from '../command-handlers.ts';
import { readTripFor } from './trip-reader.ts';

@Controller()
export class GetTripHandler extends CommandHandlers {
  constructor(
    private readonly store: TripStore,
    @Inject(LOGGER) logger: Logger,
  ) {
    super(logger);
  }

  @HandleCommand(getTrip)
  async handle({ trip_id, reader }: CommandInput<typeof getTrip>): Promise<CommandOutput<typeof getTrip>> {
    return toTripRecord(await readTripFor(this.store, trip_id, reader));
  }
}
