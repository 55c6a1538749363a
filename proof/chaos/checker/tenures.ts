import type { ShardChangeFact, TenureFact } from './facts.ts';

interface Moment {
  readonly matcher: string;
  readonly shard: string;
  readonly epoch: number;
  readonly atMs: number;
}

/** How long no matcher matched a shard during a planned handoff. */
export interface Stall {
  readonly shard: string;
  /** When the source stopped matching. */
  readonly atMs: number;
  readonly stallMs: number;
}

/** Looks up when shards were given up and taken over. */
export class Tenures {
  readonly #drained: readonly Moment[];
  /** By shard, ordered by time. */
  readonly #taken: ReadonlyMap<string, readonly Moment[]>;

  constructor(facts: readonly TenureFact[]) {
    this.#drained = momentsOf(facts, 'shards_drained');
    this.#taken = Map.groupBy(momentsOf(facts, 'shards_taken_over'), ({ shard }) => shard);
  }

  /** Of each planned move: from the source's last round to the target's readiness. */
  handoffStalls(changes: readonly ShardChangeFact[]): Stall[] {
    const moves = changes.filter(({ kind }) => kind === 'moved');
    return moves.flatMap(({ shard, epoch, owner }) => {
      const taken = this.#taken
        .get(shard)
        ?.find((moment) => moment.epoch === epoch && moment.matcher === owner);
      if (taken === undefined) return [];
      const drained = this.#drained.findLast(
        (moment) => moment.shard === shard && moment.epoch < epoch && moment.atMs <= taken.atMs,
      );
      if (drained === undefined) return [];
      return [{ shard, atMs: drained.atMs, stallMs: taken.atMs - drained.atMs }];
    });
  }

  /**
   * When the last of these shards was matched again under a later epoch; undefined while one is not.
   *
   * @param excused shards that no longer exist under this name
   */
  takenOverAtMs(
    before: readonly { shard: string; epoch: number }[],
    excused: ReadonlySet<string> = new Set(),
  ): number | undefined {
    let lastMs = -Infinity;
    for (const { shard, epoch } of before) {
      if (excused.has(shard)) continue;
      const taken = this.#taken.get(shard)?.find((moment) => moment.epoch > epoch);
      if (taken === undefined) return undefined;
      lastMs = Math.max(lastMs, taken.atMs);
    }
    return lastMs;
  }
}

function momentsOf(facts: readonly TenureFact[], event: TenureFact['event']): Moment[] {
  return facts
    .filter((fact) => fact.event === event)
    .flatMap(({ matcher, atMs, shards }) =>
      shards.map(({ shard, epoch }) => ({ matcher, shard, epoch, atMs })),
    )
    .toSorted((a, b) => a.atMs - b.atMs);
}
