import { Controller, Inject } from '@nestjs/common';
import { HandleCommand } from '#libs/bus';
import {
  driveTrip,
  HailgridError,
  toTripRecord,
  type CommandInput,
  type CommandOutput,
} from '#libs/contracts';
import { CONFIG, LOGGER, type Logger } from '#libs/service';
import { TripStore, type CommandTransaction } from '#libs/store';
import type { TripCommand } from '#libs/trip';
import { CommandHandlers } from '../command-handlers.ts';
import type { TripsConfig } from '../config.ts';
import { tripOrThrow } from '../refusals.ts';

/** Moves a trip to its next state for its driver, or gives it back. */
@Controller()
export class DriveTripHandler extends CommandHandlers {
  readonly #searchMs: number;

  constructor(
    private readonly store: TripStore,
    @Inject(CONFIG) config: TripsConfig,
    @Inject(LOGGER) logger: Logger,
  ) {
    super(logger);
    this.#searchMs = config.searchDeadlineMs;
  }

  @HandleCommand(driveTrip)
  async handle(input: CommandInput<typeof driveTrip>): Promise<CommandOutput<typeof driveTrip>> {
    const { driver_id: driverId, trip_id: tripId, idempotency } = input;
    const request = {
      actor: { prefix: 'driver', id: driverId },
      idempotency,
      output: driveTrip.output,
    } as const;
    return this.store.commit(request, async (transaction) => {
      const changed = await transaction.change(tripId, async () => {
        if (input.action === 'arrived') await requireTurn(transaction, driverId, tripId);
        return this.#command(input);
      });
      return toTripRecord(tripOrThrow(changed));
    });
  }

  #command({ driver_id: driverId, action, reason }: CommandInput<typeof driveTrip>): TripCommand {
    switch (action) {
      case 'arrived':
        return { type: 'arrive', driverId };
      case 'start':
        return { type: 'start', driverId };
      case 'complete':
        return { type: 'complete', driverId };
      case 'cancel':
        return { type: 'driver_cancel', driverId, reason: reason ?? null, searchMs: this.#searchMs };
    }
  }
}

/** Throws if the driver arrives for the next rider while the present one is on board. */
async function requireTurn(transaction: CommandTransaction, driverId: string, tripId: string): Promise<void> {
  const [now, next] = await transaction.claimsOn(driverId);
  if (now === undefined || next?.tripId !== tripId) return;
  throw new HailgridError('illegal_transition', `${driverId} has ${now.tripId} before ${tripId}`, {
    detail: 'The trip comes after the one under way.',
  });
}
