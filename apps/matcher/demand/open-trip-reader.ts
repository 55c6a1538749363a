import { Inject, Injectable } from '@nestjs/common';
import { CommandClient } from '#libs/bus';
import { readOpenTrip, fromTimestamp, type OpenTrip as OpenTripMessage } from '#libs/contracts';
import { OpenDemand, type OpenTrip } from '#libs/dispatch';
import type { ShardKey } from '#libs/ownership';
import { LOGGER, OutageLog, type Logger } from '#libs/service';
import type { TripId } from '#libs/trip';
import { Ownership } from '../ownership/ownership.ts';
import { CoalescingQueue } from './coalescing-queue.ts';

/** How many nudged trips wait to be read; the rest are dropped, and the next sweep finds them. */
const MAX_WAITING_READS = 4_096;
/** How many nudged trips are read at once. */
const MAX_READS_AT_ONCE = 32;

type Listener = (trip: OpenTrip) => void;

/** Reads single trips from `trips` into {@link OpenDemand} after a nudge or a refused offer. */
@Injectable()
export class OpenTripReader {
  readonly #outage: OutageLog;
  readonly #listeners: Listener[] = [];
  readonly #queue = new CoalescingQueue<TripId, ShardKey>({
    capacity: MAX_WAITING_READS,
    concurrency: MAX_READS_AT_ONCE,
    work: (tripId, shard) => this.#readQuietly(tripId, shard),
  });

  constructor(
    private readonly commands: CommandClient,
    private readonly ownership: Ownership,
    private readonly demand: OpenDemand,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.#outage = new OutageLog(logger, 'reading a nudged trip');
  }

  /** Calls the listener with every trip of an owned shard that a read has changed. */
  onChanged(listener: Listener): void {
    this.#listeners.push(listener);
  }

  /** False when the queue is full. */
  request(tripId: TripId, shard: ShardKey): boolean {
    return this.#queue.add(tripId, shard);
  }

  /** A failed read is not retried: the next sweep reads the trip. */
  async #readQuietly(tripId: TripId, shard: ShardKey): Promise<void> {
    try {
      await this.#read(tripId, shard);
      this.#outage.worked();
    } catch (error) {
      this.#outage.failed(error);
    }
  }

  async #read(tripId: TripId, shard: ShardKey): Promise<void> {
    const known = this.demand.get(tripId);
    const trip = await this.commands.call(readOpenTrip, { trip_id: tripId, shard });
    if (trip === null) {
      // Removes only the version known before the read: the trip may have opened again since.

      if (known !== undefined) this.demand.remove(tripId, known.version);
    } else if (this.ownership.isMatchable(trip.shard)) {
      const read = toOpenTrip(trip);
      if (this.demand.upsert(read) === 'applied') for (const listener of this.#listeners) listener(read);
    }
  }
}

/** Converts a trip before its pickup from the wire format to that of libs/dispatch. */
export function toOpenTrip(trip: OpenTripMessage): OpenTrip {
  return {
    tripId: trip.trip_id,
    shard: trip.shard,
    product: trip.product,
    pickup: trip.pickup,
    dropoff: trip.dropoff,
    rideS: trip.trip_s,
    requestedAtMs: fromTimestamp(trip.requested_at),
    searchDeadlineAtMs: fromTimestamp(trip.search_deadline_at),
    excludedDriverIds: trip.excluded_driver_ids,
    pauses: trip.pauses.map(({ driver_id: driverId, until, silences }) => ({
      driverId,
      untilMs: fromTimestamp(until),
      silences,
    })),
    offered: trip.offered,
    driverId: trip.driver_id ?? undefined,
    swaps: trip.swaps,
    version: trip.seq,
  };
}
