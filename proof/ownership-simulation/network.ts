import type { EventQueue } from './event-queue.ts';
import type { Random } from '#libs/random';
import type { SimNode } from './sim-node.ts';

/** Delay, loss and duplication of messages. */
export interface NetworkTemper {
  readonly minDelayMs: number;
  readonly maxDelayMs: number;
  /** Some messages take much longer. */
  readonly lateShare: number;
  readonly lateMs: number;
  readonly lossShare: number;
  readonly twiceShare: number;
}

export const CALM: NetworkTemper = {
  minDelayMs: 0.2,
  maxDelayMs: 3,
  lateShare: 0,
  lateMs: 0,
  lossShare: 0,
  twiceShare: 0,
};

/** The bus between the processes: messages are delayed, duplicated, reordered or lost. */
export class Network {
  temper: NetworkTemper = CALM;
  /** The whole bus is down. */
  down = false;
  readonly #queue: EventQueue;
  readonly #random: Random;
  /** Directions that are cut, as "from>to". */
  readonly #cut = new Set<string>();

  constructor(queue: EventQueue, random: Random) {
    this.#queue = queue;
    this.#random = random;
  }

  cutWay(from: SimNode, to: SimNode): void {
    this.#cut.add(`${from.name}>${to.name}`);
  }

  mendAll(): void {
    this.#cut.clear();
    this.down = false;
  }

  send(from: SimNode, to: SimNode, deliver: () => void): void {
    const copies = this.#random.chance(this.temper.twiceShare) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      if (this.#random.chance(this.temper.lossShare)) continue;
      this.#queue.after(this.#delayMs(), () => {
        if (this.#passes(from, to)) to.now(deliver);
      });
    }
  }

  /** Sends a request and waits; `undefined` if no answer arrives in time. */
  ask<T>(
    from: SimNode,
    to: SimNode,
    timeoutMs: number,
    handle: (reply: (value: T) => void) => void,
    answered: (value: T | undefined) => void,
  ): void {
    let isOpen = true;
    const end = (value: T | undefined): void => {
      if (!isOpen) return;
      isOpen = false;
      answered(value);
    };
    // Drops an answer to a former life of the process.
    const whileLiving = from.inThisLife((value: T) => end(value));
    from.after(timeoutMs, () => end(undefined));
    this.send(from, to, () => handle((value) => this.send(to, from, () => whileLiving(value))));
  }

  #passes(from: SimNode, to: SimNode): boolean {
    return !this.down && !this.#cut.has(`${from.name}>${to.name}`);
  }

  #delayMs(): number {
    const { minDelayMs, maxDelayMs, lateShare, lateMs } = this.temper;
    const late = this.#random.chance(lateShare) ? this.#random.between(0, lateMs) : 0;
    return this.#random.between(minDelayMs, maxDelayMs) + late;
  }
}
