import { Controller, Inject } from '@nestjs/common';
import { HandleCommand } from '#libs/bus';
import { reportSuspicions, suspicionReason, type CommandInput, type CommandOutput } from '#libs/contracts';
import { CLOCK, LOGGER, METRICS, type Clock, type Logger, type Metrics } from '#libs/service';
import { addSuspicions, TripStore } from '#libs/store';
import { CommandHandlers } from '../command-handlers.ts';

/** Keeps doubts about drivers' positions for operators. */
@Controller()
export class ReportSuspicionsHandler extends CommandHandlers {
  readonly #reported;

  constructor(
    private readonly store: TripStore,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) logger: Logger,
    @Inject(METRICS) metrics: Metrics,
  ) {
    super(logger);
    this.#reported = metrics.counter(
      'suspicions_total',
      'Reports of drivers whose positions look made up, by reason',
      ['reason'],
    );
  }

  @HandleCommand(reportSuspicions)
  async handle({
    suspicions,
  }: CommandInput<typeof reportSuspicions>): Promise<CommandOutput<typeof reportSuspicions>> {
    await addSuspicions(this.store, suspicions, this.clock.now());
    for (const { reasons } of suspicions)
      for (const reason of suspicionReason.options) if (reasons[reason] > 0) this.#reported.inc({ reason });
    return {};
  }
}
