import { Controller, Inject } from '@nestjs/common';
import { HandleCommand } from '#libs/bus';
import { goOnline, type CommandInput, type CommandOutput } from '#libs/contracts';
import { LOGGER, type Logger } from '#libs/service';
import { openSession, TripStore } from '#libs/store';
import { CommandHandlers } from '../command-handlers.ts';
import { driverRecordOf } from './driver-record.ts';

/**
 * Opens a new session of a driver, with a higher number than all before it, so that messages of an older session are
 * recognized as stale.
 */
@Controller()
export class GoOnlineHandler extends CommandHandlers {
  constructor(
    private readonly store: TripStore,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    super(logger);
  }

  @HandleCommand(goOnline)
  async handle({
    driver_id,
    product,
    vehicle,
    idempotency,
  }: CommandInput<typeof goOnline>): Promise<CommandOutput<typeof goOnline>> {
    const actor = { prefix: 'driver', id: driver_id } as const;
    const request = { actor, idempotency, output: goOnline.output };
    const result = await this.store.transactOnce(request, async (transaction) => {
      const { nowMs: atMs } = transaction;
      const driver = await openSession(transaction, { driverId: driver_id, product, vehicle, atMs });
      return driverRecordOf(transaction, driver);
    });
    this.logger.info({
      event: 'driver_online',
      driver_id,
      session: result.session,
      product,
      status: result.status,
    });
    return result;
  }
}
