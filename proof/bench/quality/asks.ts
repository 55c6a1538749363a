import type { Ask, Match } from '#libs/dispatch';

/** An offer that its driver has not answered yet. */
export interface OpenAsk extends Ask {
  /** When the driver answers. */
  readonly dueS: number;
}

/** Open offers. Their drivers and trips, and the trips of follow-up matches, are out of the rounds until the answer. */
export class Asks {
  #open: OpenAsk[] = [];

  add(ask: OpenAsk): void {
    this.#open.push(ask);
  }

  /** Drivers with an open offer. */
  drivers(): Set<string> {
    return new Set(this.#open.map(({ match }) => match.driverId));
  }

  /** Trips that are offered, or that a follow-up match depends on. */
  trips(): Set<string> {
    return new Set(this.#open.flatMap(({ match, followUps }) => [match, ...followUps].map(tripOf)));
  }

  /** Removes and returns the offers that are answered by now, in the order of the answers. */
  takeDue(nowS: number): OpenAsk[] {
    const due = this.#open.filter(({ dueS }) => dueS <= nowS);
    this.#open = this.#open.filter(({ dueS }) => dueS > nowS);
    return due.sort((a, b) => a.dueS - b.dueS);
  }
}

function tripOf({ tripId }: Match): string {
  return tripId;
}
