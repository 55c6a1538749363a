/** For how many hours of traffic the preparation is kept: the current one and the next. */
export const MAX_PREPARED_HOURS = 2;

/** Makes something in steps of some milliseconds. */
export interface StepwiseMaker<T> {
  readonly isDone: boolean;
  step(): void;
  /** All that is left at once, and the thing made. */
  finish(): T;
}

/**
 * What is made for each hour of the day when it is first needed, or step by step ahead of that. The hours used last are
 * kept.
 */
export class PreparedHours<T> {
  readonly #makerOf: (hour: number) => StepwiseMaker<T>;
  /** By hour, the one used last at the end. */
  readonly #made = new Map<number, T>();
  #inHand: { readonly hour: number; readonly maker: StepwiseMaker<T> } | undefined;

  constructor(makerOf: (hour: number) => StepwiseMaker<T>) {
    this.#makerOf = makerOf;
  }

  /** What was made for an hour; if need be, it is made now. */
  at(hour: number): T {
    const made = this.#made.get(hour) ?? this.#makerFor(hour).finish();
    this.#keep(hour, made);
    return made;
  }

  /** One step more for an hour; true when it is ready. Steps for another hour begin anew. */
  prepare(hour: number): boolean {
    if (this.#made.has(hour)) return true;
    const maker = this.#makerFor(hour);
    if (!maker.isDone) maker.step();
    if (!maker.isDone) return false;
    this.#keep(hour, maker.finish());
    return true;
  }

  #makerFor(hour: number): StepwiseMaker<T> {
    if (this.#inHand?.hour !== hour) this.#inHand = { hour, maker: this.#makerOf(hour) };
    return this.#inHand.maker;
  }

  #keep(hour: number, made: T): void {
    this.#made.delete(hour);
    this.#made.set(hour, made);
    if (this.#inHand?.hour === hour) this.#inHand = undefined;
    for (const oldest of this.#made.keys()) {
      if (this.#made.size <= MAX_PREPARED_HOURS) break;
      this.#made.delete(oldest);
    }
  }
}
