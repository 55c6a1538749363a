import { Controller, Inject } from '@nestjs/common';
import { HandleCommand } from '#libs/bus';
import {
  HailgridError,
  MAX_EVENTS_PER_REPLAY,
  replayTrip,
  type CommandInput,
  type CommandOutput,
  type TripEventMessage,
} from '#libs/contracts';
import { LOGGER, type Logger } from '#libs/service';
import { foldEvents, readEvents, TripStore } from '#libs/store';
import { CommandHandlers } from '../command-handlers.ts';
import { tripNotFound, wasAsked, type TripReader } from './trip-reader.ts';

/** What happened to a trip since the reader last heard of it. A driver gets the changes that are its own business. */
@Controller()
export class ReplayTripHandler extends CommandHandlers {
  constructor(
    private readonly store: TripStore,
    @Inject(LOGGER) logger: Logger,
  ) {
    super(logger);
  }

  @HandleCommand(replayTrip)
  async handle(input: CommandInput<typeof replayTrip>): Promise<CommandOutput<typeof replayTrip>> {
    const { trip_id, after_seq, reader } = input;
    const events = await readEvents(this.store, trip_id);
    const first = events[0]?.event;
    if (first?.type !== 'requested') throw tripNotFound(trip_id);
    if (reader.role === 'rider' && first.request.riderId !== reader.rider_id) throw tripNotFound(trip_id);
    if (reader.role === 'driver' && !wasAsked(events, reader.driver_id)) throw tripNotFound(trip_id);
    if (after_seq > events.length) throw aheadOf(trip_id, events.length);
    const changes = foldEvents(events, after_seq).filter(({ event }) => concerns(event, reader));
    return { changes: changes.slice(0, MAX_EVENTS_PER_REPLAY) };
  }
}

/** Who believes to have changes that never were would wait for the next ones in vain. */
function aheadOf(tripId: string, lastSeq: number): HailgridError {
  return new HailgridError('invalid_request', `${tripId} has ${lastSeq} changes`, {
    detail: `The newest change of the trip is number ${lastSeq}.`,
  });
}

function concerns({ driver_id, freed_driver_id }: TripEventMessage, reader: TripReader): boolean {
  return reader.role !== 'driver' || [driver_id, freed_driver_id].includes(reader.driver_id);
}
