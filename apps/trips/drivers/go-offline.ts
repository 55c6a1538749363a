import { Controller, Inject } from '@nestjs/common';
import { HandleCommand } from '#libs/bus';
import { goOffline, HailgridError, type CommandInput, type CommandOutput } from '#libs/contracts';
import { CONFIG, LOGGER, type Logger } from '#libs/service';
import { closeSession, readClaims, TripStore, type TripTransaction } from '#libs/store';
import { CommandHandlers } from '../command-handlers.ts';
import type { TripsConfig } from '../config.ts';
import { declinePauseMs } from '../offers/decline-pause.ts';
import { driverRecordOf } from './driver-record.ts';

type Input = CommandInput<typeof goOffline>;

/** Ends a driver's session and closes an open offer; refuses while the driver has a trip. */
@Controller()
export class GoOfflineHandler extends CommandHandlers {
  readonly #declinePauseMs: number | null;

  constructor(
    private readonly store: TripStore,
    @Inject(CONFIG) config: TripsConfig,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    super(logger);
    this.#declinePauseMs = declinePauseMs(config);
  }

  @HandleCommand(goOffline)
  async handle(input: Input): Promise<CommandOutput<typeof goOffline>> {
    const { driver_id: id, idempotency } = input;
    const request = { actor: { prefix: 'driver', id }, idempotency, output: goOffline.output } as const;
    const record = await this.store.transactOnce(request, async (transaction) => {
      await closeOpenOffer(transaction, input, this.#declinePauseMs);
      return endSession(transaction, input);
    });
    this.logger.info({ event: 'driver_offline', driver_id: input.driver_id, session: record.session });
    return record;
  }
}

/** Runs before the driver is locked, because a trip's lock comes first. An offer that is closed by then is left alone. */
async function closeOpenOffer(
  transaction: TripTransaction,
  { driver_id: driverId, silent }: Input,
  pauseMs: number | null,
): Promise<void> {
  const [claim] = await readClaims(transaction, [driverId]);
  if (claim?.kind !== 'offer' || claim.offerId === null) return;
  const { offerId } = claim;
  await transaction.change(claim.tripId, () =>
    silent === true ? { type: 'undelivered', offerId } : { type: 'decline', offerId, driverId, pauseMs },
  );
}

async function endSession(transaction: TripTransaction, { driver_id: driverId, session }: Input) {
  const driver = await transaction.lockDriver(driverId);
  if (session !== undefined && session !== driver.session) {
    throw new HailgridError('session_superseded', `session ${session} of ${driverId}, now ${driver.session}`);
  }
  if (!driver.online) return driverRecordOf(transaction, driver);
  // Under the driver's lock its claims do not change.
  const [claim] = await readClaims(transaction, [driverId]);
  if (claim !== undefined) throw new HailgridError('driver_on_trip', `${driverId} has ${claim.tripId}`);
  const closed = await closeSession(transaction, driverId, transaction.nowMs);
  return driverRecordOf(transaction, closed ?? driver);
}
