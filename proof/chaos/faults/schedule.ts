import { seededFractions } from '#libs/random';
import type { FaultKind, WantedFault } from './fault-kinds.ts';

/** One fault to come: everything about it that chance decides is decided here. */
export interface PlannedFault {
  readonly kind: FaultKind;
  readonly lastsMs: number;
  /** 0 to 1: which of those that can be hit. */
  readonly target: number;
  /** 0 to 1: how long the pause after it is. */
  readonly pause: number;
}

/** Round after round each of the wanted faults once, in an order of its own: the same for the same seed, without end. */
export function* schedule(seed: number, wanted: readonly WantedFault[]): Generator<PlannedFault, never> {
  const random = seededFractions(seed);
  for (;;) {
    for (const { kind, lastsS } of shuffled(wanted, random)) {
      const [least, most] = lastsS;
      const lastsMs = Math.round(1000 * (least + random() * (most - least)));
      yield { kind, lastsMs, target: random(), pause: random() };
    }
  }
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, place: random() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
