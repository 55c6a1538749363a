import { Inject, Injectable } from '@nestjs/common';
import { CommandClient } from '#libs/bus';
import { readOpenTrip } from '#libs/contracts';
import { OpenDemand, type TripId } from '#libs/dispatch';
import type { ShardKey } from '#libs/ownership';
import { LOGGER, OutageLog, type Logger } from '#libs/service';
import { Ownership } from '../ownership/ownership.ts';
import { CoalescingQueue } from './coalescing-queue.ts';
import { toOpenTrip } from './to-open-trip.ts';
import { TripNews } from './trip-news.ts';

/** Trips that may wait to be read; the sweep finds those that find no place. */
const MAX_WAITING_READS = 4_096;
const MAX_READS_AT_ONCE = 32;

/** Reads single trips from their source, where something was said to have changed. */
@Injectable()
export class OpenTripReader {
  readonly #outage: OutageLog;
  readonly #queue = new CoalescingQueue<TripId, ShardKey>({
    capacity: MAX_WAITING_READS,
    concurrency: MAX_READS_AT_ONCE,
    work: (tripId, shard) => this.#readQuietly(tripId, shard),
  });

  constructor(
    private readonly commands: CommandClient,
    private readonly ownership: Ownership,
    private readonly demand: OpenDemand,
    private readonly news: TripNews,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.#outage = new OutageLog(logger, 'reading a nudged trip');
  }

  /** False where too many wait. */
  request(tripId: TripId, shard: ShardKey): boolean {
    return this.#queue.add(tripId, shard);
  }

  /** A failed read is not tried again: the sweep is on its way. */
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
      // Only the version known before the question: a newer word may have opened the trip again since.
      if (known !== undefined) this.demand.remove(tripId, known.version);
    } else if (this.ownership.isMatchable(trip.shard)) {
      const read = toOpenTrip(trip);
      if (this.demand.upsert(read) === 'applied') this.news.tell(read);
    }
  }
}
