import { Inject, Injectable } from '@nestjs/common';
import { LOGGER, METRICS, type Logger, type Metrics } from '#libs/service';
import { tripChangeOf, TripStore, type WrittenChange } from '#libs/store';
import { driverOfEvent } from '#libs/trip';
import { ChangeMetrics } from './change-metrics.ts';
import { ChangePusher } from './change-pusher.ts';
import { EventPublisher } from './event-publisher.ts';

/** Logs each change that this process commits, pushes it to the clients concerned, and publishes it to the event stream. */
@Injectable()
export class Announcer {
  readonly #metrics: ChangeMetrics;

  constructor(
    store: TripStore,
    private readonly pusher: ChangePusher,
    private readonly publisher: EventPublisher,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(METRICS) metrics: Metrics,
  ) {
    this.#metrics = new ChangeMetrics(metrics);
    store.onCommitted((changes) => this.#announce(changes));
  }

  /** The changes are committed, so a failure here must not fail the command. The relay publishes them later. */
  #announce(written: readonly WrittenChange[]): void {
    try {
      for (const change of written) {
        this.#log(change);
        this.#metrics.count(change);
      }
      const changes = written.map(tripChangeOf);
      for (const change of changes) this.pusher.push(change);
      this.publisher.publish(changes);
    } catch (error) {
      this.logger.error(
        { event: 'not_announced', changes: written.length, err: error },
        'publishing is left to the relay',
      );
    }
  }

  #log({ event, trip, authority }: WrittenChange): void {
    this.logger.info({
      event: event.type,
      trip_id: trip.tripId,
      seq: trip.seq,
      state: trip.state,
      rider_id: trip.riderId,
      driver_id: driverOfEvent(event) ?? undefined,
      ...authority,
    });
  }
}
