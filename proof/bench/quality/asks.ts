import type { Ask, Match } from '#libs/dispatch';

/** A driver who thinks about an offer. */
export interface OpenAsk extends Ask {
  /** When it answers. */
  readonly dueS: number;
}

/** Offers that are out: neither their drivers nor their trips, nor those that wait for a yes, are up for anything else. */
export class Asks {
  #open: OpenAsk[] = [];

  add(ask: OpenAsk): void {
    this.#open.push(ask);
  }

  /** Drivers who think. */
  drivers(): Set<string> {
    return new Set(this.#open.map(({ match }) => match.driverId));
  }

  /** Trips that are offered, or spoken for until the answer. */
  trips(): Set<string> {
    return new Set(this.#open.flatMap(({ match, followUps }) => [match, ...followUps].map(tripOf)));
  }

  /** Takes out those that are answered by now, in the order of the answers. */
  takeDue(nowS: number): OpenAsk[] {
    const due = this.#open.filter(({ dueS }) => dueS <= nowS);
    this.#open = this.#open.filter(({ dueS }) => dueS > nowS);
    return due.sort((a, b) => a.dueS - b.dueS);
  }
}

function tripOf({ tripId }: Match): string {
  return tripId;
}
