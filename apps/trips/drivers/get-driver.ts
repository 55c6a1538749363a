import { Controller, Inject } from '@nestjs/common';
import { HandleCommand } from '#libs/bus';
import { getDriver, type CommandInput, type CommandOutput } from '#libs/contracts';
import { LOGGER, type Logger } from '#libs/service';
import { readDriver, TripStore } from '#libs/store';
import { CommandHandlers } from '../command-handlers.ts';
import { driverRecordOf } from './driver-record.ts';

@Controller()
export class GetDriverHandler extends CommandHandlers {
  constructor(
    private readonly store: TripStore,
    @Inject(LOGGER) logger: Logger,
  ) {
    super(logger);
  }

  @HandleCommand(getDriver)
  async handle({ driver_id }: CommandInput<typeof getDriver>): Promise<CommandOutput<typeof getDriver>> {
    const driver = await readDriver(this.store, driver_id);
    return driver === undefined ? null : driverRecordOf(this.store, driver);
  }
}
