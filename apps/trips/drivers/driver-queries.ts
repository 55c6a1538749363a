import { Controller, Inject } from '@nestjs/common';
import { HandleCommand } from '#libs/bus';
import { getDriver, outdatedDrivers, type CommandInput, type CommandOutput } from '#libs/contracts';
import { LOGGER, type Logger } from '#libs/service';
import { readDriver, readOutdatedDrivers, TripStore } from '#libs/store';
import { CommandHandlers } from '../command-handlers.ts';
import { driverRecordOf } from './driver-record.ts';

/** Reads drivers for driver-api. */
@Controller()
export class DriverQueryHandlers extends CommandHandlers {
  constructor(
    private readonly store: TripStore,
    @Inject(LOGGER) logger: Logger,
  ) {
    super(logger);
  }

  @HandleCommand(getDriver)
  async get({ driver_id }: CommandInput<typeof getDriver>): Promise<CommandOutput<typeof getDriver>> {
    const driver = await readDriver(this.store, driver_id);
    return driver === undefined ? null : driverRecordOf(this.store, driver);
  }

  /** Finds the drivers whose newest change the caller has missed. */
  @HandleCommand(outdatedDrivers)
  async findOutdated({
    drivers,
  }: CommandInput<typeof outdatedDrivers>): Promise<CommandOutput<typeof outdatedDrivers>> {
    const known = drivers.map(({ driver_id, driver_version }) => ({
      driverId: driver_id,
      version: driver_version,
    }));
    return { driver_ids: await readOutdatedDrivers(this.store, known) };
  }
}
