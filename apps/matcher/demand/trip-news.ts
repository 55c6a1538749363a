import { Injectable } from '@nestjs/common';
import type { OpenTrip } from '#libs/dispatch';

type Listener = (trip: OpenTrip) => void;

/** Tells of own trips the moment something of them is learned, between two sweeps. */
@Injectable()
export class TripNews {
  readonly #listeners: Listener[] = [];

  onNews(listener: Listener): void {
    this.#listeners.push(listener);
  }

  tell(trip: OpenTrip): void {
    for (const listener of this.#listeners) listener(trip);
  }
}
