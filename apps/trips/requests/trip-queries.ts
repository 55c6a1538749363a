import { Controller, Inject } from '@nestjs/common';
import { HandleCommand } from '#libs/bus';
import {
  getTrip,
  HailgridError,
  listTrips,
  MAX_EVENTS_PER_REPLAY,
  replayTrip,
  toTripRecord,
  type CommandInput,
  type CommandOutput,
  type TripEventMessage,
} from '#libs/contracts';
import { LOGGER, type Logger } from '#libs/service';
import { foldEvents, listTripsOfRider, readEvents, TripStore } from '#libs/store';
import { CommandHandlers } from '../command-handlers.ts';
import { readTripFor, tripNotFound, wasAsked, type TripReader } from './trip-reader.ts';

/** Reads trips for riders and drivers: one trip, a rider's trips, the changes since a sequence number. */
@Controller()
export class TripQueryHandlers extends CommandHandlers {
  constructor(
    private readonly store: TripStore,
    @Inject(LOGGER) logger: Logger,
  ) {
    super(logger);
  }

  @HandleCommand(getTrip)
  async get({ trip_id, reader }: CommandInput<typeof getTrip>): Promise<CommandOutput<typeof getTrip>> {
    return toTripRecord(await readTripFor(this.store, trip_id, reader));
  }

  @HandleCommand(listTrips)
  async list({
    rider_id,
    after,
    limit,
  }: CommandInput<typeof listTrips>): Promise<CommandOutput<typeof listTrips>> {
    const found = await listTripsOfRider(this.store.upToDate, rider_id, after, limit + 1);
    return { trips: found.slice(0, limit).map(toTripRecord), more: found.length > limit };
  }

  /** A driver gets only the changes that concern it. */
  @HandleCommand(replayTrip)
  async replay(input: CommandInput<typeof replayTrip>): Promise<CommandOutput<typeof replayTrip>> {
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

/** Without this error, a client with a sequence number that the trip never had would wait for changes forever. */
function aheadOf(tripId: string, lastSeq: number): HailgridError {
  return new HailgridError('invalid_request', `${tripId} has ${lastSeq} changes`, {
    detail: `The newest change of the trip is number ${lastSeq}.`,
  });
}

function concerns({ driver_id, freed_driver_id }: TripEventMessage, reader: TripReader): boolean {
  return reader.role !== 'driver' || [driver_id, freed_driver_id].includes(reader.driver_id);
}
