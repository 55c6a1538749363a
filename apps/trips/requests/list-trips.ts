import { Controller, Inject } from '@nestjs/common';
import { HandleCommand } from '#libs/bus';
import { listTrips, toTripRecord, type CommandInput, type CommandOutput } from '#libs/contracts';
import { LOGGER, type Logger } from '#libs/service';
import { listTripsOfRider, TripStore } from '#libs/store';
import { CommandHandlers } from '../command-handlers.ts';

@Controller()
export class ListTripsHandler extends CommandHandlers {
  constructor(
    private readonly store: TripStore,
    @Inject(LOGGER) logger: Logger,
  ) {
    super(logger);
  }

  @HandleCommand(listTrips)
  async handle({
    rider_id,
    after,
    limit,
  }: CommandInput<typeof listTrips>): Promise<CommandOutput<typeof listTrips>> {
    const found = await listTripsOfRider(this.store.upToDate, rider_id, after, limit + 1);
    return { trips: found.slice(0, limit).map(toTripRecord), more: found.length > limit };
  }
}
