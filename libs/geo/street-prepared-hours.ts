/** For how many hours of traffic the preparation is kept: the current one and the next. */
export const MAX_PREPARED_HOURS = 2;

/** Builds a value in steps of some milliseconds. */
export interface StepwiseMaker<T> {
  readonly isDone: boolean;
  step(): void;
  /** Runs all remaining steps and returns the value. */
  finish(): T;
}

/** Values per hour of the day, built on first use or ahead of it in steps. Keeps the most recently used hours. */
export class PreparedHours<T> {
  readonly #makerOf: (hour: number) => StepwiseMaker<T>;
  /** By hour, the most recently used last. */
  readonly #made = new Map<number, T>();
  #inProgress: { readonly hour: number; readonly maker: StepwiseMaker<T> } | undefined;

  constructor(makerOf: (hour: number) => StepwiseMaker<T>) {
    this.#makerOf = makerOf;
  }

  /** The value of an hour; builds it now if it is not ready. */
  at(hour: number): T {
    const made = this.#made.get(hour) ?? this.#makerFor(hour).finish();
    this.#keep(hour, made);
    return made;
  }

  /** Runs one more step for an hour; true when it is ready. Discards the steps for any other hour. */
  prepare(hour: number): boolean {
    if (this.#made.has(hour)) return true;
    const maker = this.#makerFor(hour);
    if (!maker.isDone) maker.step();
    if (!maker.isDone) return false;
    this.#keep(hour, maker.finish());
    return true;
  }

  #makerFor(hour: number): StepwiseMaker<T> {
    if (this.#inProgress?.hour !== hour) this.#inProgress = { hour, maker: this.#makerOf(hour) };
    return this.#inProgress.maker;
  }

  #keep(hour: number, made: T): void {
    this.#made.delete(hour);
    this.#made.set(hour, made);
    if (this.#inProgress?.hour === hour) this.#inProgress = undefined;
    for (const oldest of this.#made.keys()) {
      if (this.#made.size <= MAX_PREPARED_HOURS) break;
      this.#made.delete(oldest);
    }
  }
}
