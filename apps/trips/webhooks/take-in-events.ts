import { Controller, Inject } from '@nestjs/common';
import { HandleCommand } from '#libs/bus';
import { takeInEvents, type CommandInput, type CommandOutput } from '#libs/contracts';
import { CLOCK, LOGGER, type Clock, type Logger } from '#libs/service';
import { takeInTripEvents, TripStore } from '#libs/store';
import { CommandHandlers } from '../command-handlers.ts';

/** How long webhook deliveries are kept, service time; older events are neither delivered nor remembered. */
export const WEBHOOK_MEMORY_MS = 30 * 24 * 3600 * 1000;

/** Records, for the new events of trips, a delivery to each webhook that wants them. */
@Controller()
export class TakeInEventsHandler extends CommandHandlers {
  constructor(
    private readonly store: TripStore,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) logger: Logger,
  ) {
    super(logger);
  }

  @HandleCommand(takeInEvents)
  async handle({ events }: CommandInput<typeof takeInEvents>): Promise<CommandOutput<typeof takeInEvents>> {
    const nowMs = this.clock.now();
    const progress = events.map(({ trip_id, seq }) => ({ tripId: trip_id, seq }));
    const result = await this.store.transact((transaction) =>
      takeInTripEvents(transaction, progress, nowMs, nowMs - WEBHOOK_MEMORY_MS),
    );
    return { deliveries: result };
  }
}
