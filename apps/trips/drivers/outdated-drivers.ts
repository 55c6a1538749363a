import { Controller, Inject } from '@nestjs/common';
import { HandleCommand } from '#libs/bus';
import { outdatedDrivers, type CommandInput, type CommandOutput } from '#libs/contracts';
import { LOGGER, type Logger } from '#libs/service';
import { readOutdatedDrivers, TripStore } from '#libs/store';
import { CommandHandlers } from '../command-handlers.ts';

/** Tells a driver-api which of its drivers have changed without it having heard of that. */
@Controller()
export class OutdatedDriversHandler extends CommandHandlers {
  constructor(
    private readonly store: TripStore,
    @Inject(LOGGER) logger: Logger,
  ) {
    super(logger);
  }

  @HandleCommand(outdatedDrivers)
  async handle({
    drivers,
  }: CommandInput<typeof outdatedDrivers>): Promise<CommandOutput<typeof outdatedDrivers>> {
    const known = drivers.map(({ driver_id, driver_version }) => ({
      driverId: driver_id,
      version: driver_version,
    }));
    return { driver_ids: await readOutdatedDrivers(this.store, known) };
  }
}
