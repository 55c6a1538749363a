import type { ChildExit, SupervisedChild } from '../process/supervised-child.ts';

/** Waits for the first process that exits although nobody asked for it, among processes that are replaced at times. */
export class DeathWatch {
  /** Resolves with a message about it. */
  readonly first: Promise<string>;
  #report: (message: string) => void = () => undefined;

  constructor() {
    this.first = new Promise((resolve) => (this.#report = resolve));
  }

  /** @param isForgiven whether this exit is dealt with elsewhere; never by default */
  watch(child: SupervisedChild, isForgiven: (exit: ChildExit) => boolean = () => false): void {
    void this.#watch(child, isForgiven);
  }

  /** Ends the city with this message. */
  report(message: string): void {
    this.#report(message);
  }

  async #watch(child: SupervisedChild, isForgiven: (exit: ChildExit) => boolean): Promise<void> {
    const exit = await child.exited;
    if (!exit.expected && !isForgiven(exit)) this.report(child.describeExit(exit));
  }
}
