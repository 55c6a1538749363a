import { cellToParent, getResolution } from 'h3-js';
import type { MatcherView, ShardPage } from '#libs/contracts';

/** How many moves the page keeps: more than a change of all owners of a large city has, by owner. */
const MAX_MOVES = 200;
/** How many changes of shards the page knows again, so that a standby that lags shows none twice. */
const MAX_KNOWN_CHANGES = 20_000;

type Shard = Pick<ShardPage['data'][number], 'shard' | 'epoch' | 'owner'>;

/** What two answers are compared by. */
export interface Ownership {
  readonly data: readonly Shard[];
  readonly matchers: readonly Pick<MatcherView, 'matcher' | 'state'>[];
}

/** `renewed`: the same owner took a shard again, as after a restart. */
type MoveKind = 'moved' | 'taken' | 'freed' | 'renewed' | 'split' | 'merged';

/** What happened to the shards of one owner between two answers. */
export interface Move {
  readonly kind: MoveKind;
  readonly from: string | null;
  readonly to: string | null;
  /** The shards after it. */
  readonly shards: readonly { shard: string; epoch: number }[];
  /** In words; undefined: the planner balances. */
  readonly cause: string | undefined;
}

export interface SeenMove extends Move {
  readonly id: number;
  /** Wall time at which this page saw it. */
  readonly atMs: number;
}

/** What happened between two answers. An older answer (a lower epoch) is no move. */
export function movesBetween(before: Ownership, after: Ownership): Move[] {
  const old = new Map(before.data.map((claim) => [claim.shard, claim]));
  const resolutions = resolutionsOf(before);
  const newResolutions = resolutionsOf(after);
  const groups = new Map<string, Move & { shards: { shard: string; epoch: number }[] }>();
  const mergedInto = new Map<string, Shard>();
  for (const claim of before.data) {
    for (const resolution of newResolutions) {
      if (resolution >= getResolution(claim.shard)) continue;
      const parent = cellToParent(claim.shard, resolution);
      const known = mergedInto.get(parent);
      if (known === undefined || known.epoch < claim.epoch) mergedInto.set(parent, claim);
    }
  }
  for (const claim of after.data) {
    const found = origin(claim, old, resolutions, mergedInto);
    if (found === undefined || claim.epoch <= found.claim.epoch) continue;
    const { kind, claim: was } = found;
    const move = { kind, from: was.owner, to: claim.owner, cause: causeOf(was.owner, after) };
    const key = JSON.stringify([kind, move.from, move.to]);
    const group = groups.get(key) ?? { ...move, shards: [] };
    group.shards.push({ shard: claim.shard, epoch: claim.epoch });
    groups.set(key, group);
  }
  return [...groups.values()];
}

function resolutionsOf({ data }: Ownership): number[] {
  return [...new Set(data.map(({ shard }) => getResolution(shard)))];
}

/** What a shard was before: itself, the one that was split, or one of those that were merged. */
function origin(
  claim: Shard,
  old: ReadonlyMap<string, Shard>,
  resolutions: readonly number[],
  mergedInto: ReadonlyMap<string, Shard>,
): { kind: MoveKind; claim: Shard } | undefined {
  const same = old.get(claim.shard);
  if (same !== undefined) return { kind: kindOf(same.owner, claim.owner), claim: same };
  for (const resolution of resolutions) {
    if (resolution >= getResolution(claim.shard)) continue;
    const parent = old.get(cellToParent(claim.shard, resolution));
    if (parent !== undefined) return { kind: 'split', claim: parent };
  }
  const child = mergedInto.get(claim.shard);
  return child === undefined ? undefined : { kind: 'merged', claim: child };
}

function kindOf(from: string | null, to: string | null): MoveKind {
  if (from === to) return 'renewed';
  if (from === null) return 'taken';
  return to === null ? 'freed' : 'moved';
}

function causeOf(from: string | null, { matchers }: Ownership): string | undefined {
  if (from === null) return undefined;
  const state = matchers.find(({ matcher }) => matcher === from)?.state;
  if (state === undefined) return `${from} is gone`;
  return state === 'active' ? undefined : `${from} is ${state}`;
}

/** The moves that were seen since the page opened, newest first. */
export class MoveLog {
  #last: Ownership | undefined;
  #nextId = 1;
  #moves: readonly SeenMove[] = [];
  readonly #known = new Set<string>();

  /** Takes the next answer; returns the moves until now. */
  add(page: Ownership, atMs: number): readonly SeenMove[] {
    const moves = this.#last === undefined ? [] : movesBetween(this.#last, page);
    this.#last = page;
    const fresh = moves
      .map((move) => ({ ...move, shards: move.shards.filter((shard) => this.#isNew(shard)) }))
      .filter(({ shards }) => shards.length > 0)
      .map((move) => ({ ...move, atMs, id: this.#nextId++ }));
    if (fresh.length > 0) this.#moves = [...fresh, ...this.#moves].slice(0, MAX_MOVES);
    return this.#moves;
  }

  #isNew({ shard, epoch }: { shard: string; epoch: number }): boolean {
    const key = `${shard}@${epoch}`;
    if (this.#known.has(key)) return false;
    this.#known.add(key);
    for (const oldest of this.#known) {
      if (this.#known.size <= MAX_KNOWN_CHANGES) break;
      this.#known.delete(oldest);
    }
    return true;
  }
}
