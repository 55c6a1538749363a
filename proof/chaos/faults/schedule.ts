import { seededFractions } from '#libs/random';
import type { FaultKind, WantedFault } from './fault-kinds.ts';

/** A scheduled fault, with all of its random choices. */
export interface PlannedFault {
  readonly kind: FaultKind;
  readonly lastsMs: number;
  /** 0 to 1: selects the target among the candidates. */
  readonly target: number;
  /** 0 to 1: scales the pause after it. */
  readonly pause: number;
}

/** An endless sequence of rounds; each has every wanted fault once, shuffled by the seed. */
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
