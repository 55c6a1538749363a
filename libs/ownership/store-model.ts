import { cellKeyFromH3, cellKeyRes, descendantRange } from '#libs/geo';
import type { Member } from './member.ts';
import type { ChangeOutcome, OwnershipChange, ShardCommand } from './ownership-change.ts';
import type { InstanceName, ShardKey } from './shard-claim.ts';
import type { ShardRow } from './shard-row.ts';

/** The tables of ownership as a value. */
export interface OwnershipState {
  /** The planner's term; only its holder commits. */
  readonly term: number;
  readonly rows: ReadonlyMap<ShardKey, ShardRow>;
  readonly members: ReadonlyMap<InstanceName, Member>;
}

export interface AppliedChange {
  readonly state: OwnershipState;
  readonly outcome: ChangeOutcome;
}

export const EMPTY_OWNERSHIP: OwnershipState = { term: 0, rows: new Map(), members: new Map() };

/**
 * What the store does with a change, as a pure function: all of it, if the term is current and everything is still as it
 * was seen, or else nothing. The SQL is tested against this, and the simulation uses it as its store.
 */
export function applyChange(
  state: OwnershipState,
  term: number,
  { claims, members }: OwnershipChange,
  nowMs: number,
): AppliedChange {
  if (term !== state.term) return { state, outcome: 'deposed' };
  const fits =
    claims.every((command) => (state.rows.get(command.shard)?.epoch ?? null) === command.seenEpoch) &&
    members.every(({ seen }) => isSame(state.members.get(seen.instance), seen));
  if (!fits) return { state, outcome: 'stale' };
  const nextMembers = new Map(state.members);
  for (const { seen, state: next } of members) {
    if (next === null) nextMembers.delete(seen.instance);
    else nextMembers.set(seen.instance, { ...seen, state: next });
  }
  const rows = new Map([
    ...state.rows,
    ...claims.map((command) => [command.shard, rowOf(command, nowMs)] as const),
  ]);
  return { state: { ...state, rows, members: nextMembers }, outcome: 'done' };
}

/** What is wrong with the rows, in words; empty while all is well. */
export function ownershipViolations(rows: Iterable<ShardRow>, baseCells: readonly ShardKey[]): string[] {
  const all = [...rows];
  const live = all.filter(({ retired }) => !retired);
  const violations = all
    .filter(({ retired, owner }) => retired && owner !== null)
    .map(({ shard }) => `${shard} is retired and has an owner`);
  for (const row of live) {
    for (const other of all) {
      if (other.shard === row.shard || !areRelated(row.shard, other.shard)) continue;
      if (!other.retired) violations.push(`${row.shard} and ${other.shard} are both live`);
      else if (other.epoch >= row.epoch)
        violations.push(`${other.shard} is retired at ${other.epoch}, live ${row.shard} is at ${row.epoch}`);
    }
  }
  return [...violations, ...uncovered(live, baseCells)];
}

function uncovered(live: readonly ShardRow[], baseCells: readonly ShardKey[]): string[] {
  return baseCells.flatMap((cell) => {
    const range = rangeOf(cell);
    const covered = live
      .filter(({ shard }) => areRelated(shard, cell))
      .reduce((size, { shard }) => size + leavesIn(shard), 0);
    const whole = leavesIn(cell);
    return covered >= whole ? [] : [`${cell} is covered ${covered} of ${whole} (${range[0]})`];
  });
}

/** The resolution at which areas are compared: that of pickups. */
const LEAF_RES = 9;
const CHILDREN = 7;

/** Area in leaves, a pentagon counted like a hexagon: only sums of the children of one cell are compared. */
function leavesIn(shard: ShardKey): number {
  return CHILDREN ** (LEAF_RES - cellKeyRes(cellKeyFromH3(shard)));
}

function areRelated(a: ShardKey, b: ShardKey): boolean {
  const [loA, hiA] = rangeOf(a);
  const [loB, hiB] = rangeOf(b);
  return (loA <= loB && hiB <= hiA) || (loB <= loA && hiA <= hiB);
}

function rangeOf(shard: ShardKey): [bigint, bigint] {
  const [lo, hi] = descendantRange(cellKeyFromH3(shard), LEAF_RES);
  return [BigInt(lo), BigInt(hi)];
}

function rowOf({ shard, epoch, owner, retired }: ShardCommand, nowMs: number): ShardRow {
  return { shard, epoch, owner, retired, changedAtMs: nowMs };
}

function isSame(member: Member | undefined, seen: Member): boolean {
  return member?.incarnation === seen.incarnation && member.state === seen.state;
}
