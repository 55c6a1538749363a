import { RIDING, type Fleet } from './fleet.ts';

/** Where cars are as far as matchers know: as they are, or as they last said. */
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

  /** Cars take turns; a change of what they do is told at once. */
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

  /** Where a car can start from; while it has a rider, where the ride ends. */
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

/** Spreads the turns of cars evenly. */
const GOLDEN = 0.6180339887;
