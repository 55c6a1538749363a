import { Inject, Injectable } from '@nestjs/common';
import { CommandClient } from '#libs/bus';
import {
  toDriverTrip,
  type answerOffer,
  type CommandInput,
  type DriverTrip,
  type driveTrip,
} from '#libs/contracts';
import { LOGGER, type Logger } from '#libs/service';
import type { RequestRefs } from '../caller/request-refs.ts';
import { Attendance } from '../presence/attendance.ts';

/** The commands by which a driver changes a trip. */
type TripCommand = typeof answerOffer | typeof driveTrip;

/**
 * One change of a trip by a driver: sent to `trips`, logged, and answered with the trip as the driver may see it. What
 * it makes of the driver comes back by push, in the order of the commits.
 */
@Injectable()
export class ChangeTrip {
  constructor(
    private readonly commands: CommandClient,
    private readonly attendance: Attendance,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** @param line what its log line says beside the trip and the driver */
  async execute<C extends TripCommand>(
    command: C,
    input: CommandInput<C>,
    line: { event: string; [member: string]: string },
    refs: RequestRefs,
  ): Promise<DriverTrip> {
    this.attendance.heard(input.driver_id);
    const trip = await this.commands.call<TripCommand>(command, input);
    const { trip_id, seq, state } = trip;
    this.logger.info(
      { ...line, trip_id, driver_id: input.driver_id, seq, state, ...refs },
      'trip changed by its driver',
    );
    return toDriverTrip(trip);
  }
}
