import { Controller, Inject } from '@nestjs/common';
import { HandleCommand } from '#libs/bus';
import { goOffline, type CommandInput, type CommandOutput, type OfferId } from '#libs/contracts';
import { CONFIG, LOGGER, type Logger } from '#libs/service';
import { TripStore } from '#libs/store';
import type { TripCommand } from '#libs/trip';
import { CommandHandlers } from '../command-handlers.ts';
import type { TripsConfig } from '../config.ts';
import { declinePauseMs } from '../offers/decline-pause.ts';
import { endingOffers, endSession } from './end-session.ts';

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
    const record = await endingOffers(() =>
      this.store.transactOnce(request, (transaction) =>
        endSession(transaction, {
          driverId: id,
          session: input.session,
          closeOffer: (offerId) => this.#closeOffer(input, offerId),
        }),
      ),
    );
    this.logger.info({ event: 'driver_offline', driver_id: input.driver_id, session: record.session });
    return record;
  }

  #closeOffer({ driver_id: driverId, silent }: Input, offerId: OfferId): TripCommand {
    if (silent === true) return { type: 'undelivered', offerId };
    return { type: 'decline', offerId, driverId, pauseMs: this.#declinePauseMs };
  }
}
