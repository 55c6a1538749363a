import { cellKeyFromH3, cellKeyRes, childKeys, parentKey, type CellKey } from '#libs/geo';
import type { Member } from './member.ts';
import type { ChangeOutcome, OwnershipChange, ShardCommand } from './ownership-change.ts';
import type { InstanceName, ShardKey } from './shard-claim.ts';
import type { ShardRow } from './shard-row.ts';

/** The ownership tables as a value. */
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
 * Models how the store applies a change, as a pure function: all of it if the term is current and all rows are still as
 * seen, otherwise nothing. The SQL is tested against it, and the simulation uses it as its store.
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

/** Descriptions of the violated invariants; empty if there are none. */
export function ownershipViolations(rows: Iterable<ShardRow>, baseCells: readonly ShardKey[]): string[] {
  const all = [...rows].map((row): KeyedRow => ({ ...row, key: cellKeyFromH3(row.shard) }));
  const live = all.filter(({ retired }) => !retired);
  const violations = all
    .filter(({ retired, owner }) => retired && owner !== null)
    .map(({ shard }) => `${shard} is retired and has an owner`);
  for (const row of live) {
    for (const other of all) {
      if (other === row || !areRelated(row.key, other.key)) continue;
      if (!other.retired) violations.push(`${row.shard} and ${other.shard} are both live`);
      else if (other.epoch >= row.epoch)
        violations.push(`${other.shard} is retired at ${other.epoch}, live ${row.shard} is at ${row.epoch}`);
    }
  }
  const liveKeys = new Set(live.map(({ key }) => key));
  const finest = Math.max(0, ...live.map(({ key }) => cellKeyRes(key)));
  const uncovered = baseCells.filter((cell) => !isCovered(cellKeyFromH3(cell), liveKeys, finest));
  return [...violations, ...uncovered.map((cell) => `${cell} is not wholly covered by live shards`)];
}

interface KeyedRow extends ShardRow {
  readonly key: CellKey;
}

function isCovered(cell: CellKey, live: ReadonlySet<CellKey>, finest: number): boolean {
  if (live.has(cell)) return true;
  return cellKeyRes(cell) < finest && childKeys(cell).every((child) => isCovered(child, live, finest));
}

/** Whether one cell is an ancestor of the other. */
function areRelated(a: CellKey, b: CellKey): boolean {
  const [resA, resB] = [cellKeyRes(a), cellKeyRes(b)];
  return resA <= resB ? parentKey(b, resA) === a : parentKey(a, resB) === b;
}

function rowOf({ shard, epoch, owner, retired }: ShardCommand, nowMs: number): ShardRow {
  return { shard, epoch, owner, retired, changedAtMs: nowMs };
}

function isSame(member: Member | undefined, seen: Member): boolean {
  return member?.incarnation === seen.incarnation && member.state === seen.state;
}
