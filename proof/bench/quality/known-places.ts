import { RIDING, type Fleet } from './fleet.ts';

/** The positions of cars as matchers know them: the true ones, or the last reported ones. */
export class KnownPlaces {
  readonly #fleet: Fleet;
  readonly #intervalS: number;
  readonly #nodes: Int32Array;
  readonly #atS: Float64Array;
  readonly #phases: Uint8Array;

  constructor(fleet: Fleet, intervalS: number) {
    this.#fleet = fleet;
    this.#intervalS = intervalS;
    this.#nodes = fleet.nodes.slice();
    this.#atS = fleet.atS.slice();
    this.#phases = fleet.phases.slice();
  }

  /** Cars report in turns; a change of state is reported immediately. */
  hear(nowS: number, elapsedS: number): void {
    if (this.#intervalS === 0) return;
    const { count, phases, nodes, atS } = this.#fleet;
    for (let car = 0; car < count; car++) {
      const turn = (nowS + car * GOLDEN) % this.#intervalS;
      if (turn >= elapsedS && this.#phases[car] === phases[car]) continue;
      this.#nodes[car] = nodes[car] as number;
      this.#atS[car] = atS[car] as number;
      this.#phases[car] = phases[car] as number;
    }
  }

  /** Where a car can start a pickup; while it has a rider, the end of the ride. */
  nodeOf(car: number): number {
    return this.#isCurrent(car) ? (this.#fleet.nodes[car] as number) : (this.#nodes[car] as number);
  }

  atS(car: number): number {
    return this.#isCurrent(car) ? (this.#fleet.atS[car] as number) : (this.#atS[car] as number);
  }

  #isCurrent(car: number): boolean {
    return this.#intervalS === 0 || this.#fleet.phases[car] === RIDING;
  }
}

/** Spreads the reports of the cars evenly over the interval. */
const GOLDEN = 0.6180339887;
