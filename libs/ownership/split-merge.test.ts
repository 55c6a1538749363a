import { cellKeyFromH3 } from '#libs/geo';
import * as fc from 'fast-check';
import { getPentagons, gridDisk, latLngToCell } from 'h3-js';
import { describe, expect, it } from 'vitest';
import { claimCommand, FIRST_EPOCH } from './claim-commands.ts';
import type { OwnershipChange, ShardCommand } from './ownership-change.ts';
import { ShardMap } from './shard-map.ts';
import type { ShardRow } from './shard-row.ts';
import { childShards, mergeCommands, parentShard, splitCommands } from './split-merge.ts';
import { applyChange, EMPTY_OWNERSHIP, ownershipViolations, type OwnershipState } from './store-model.ts';

/** Includes a pentagon, which has six children. */
const BASE = [...gridDisk(latLngToCell(40.75, -73.98, 6), 1).slice(0, 2), getPentagons(6)[4]!];
const claimed = (claims: readonly ShardCommand[]): OwnershipChange => ({ claims, members: [] });
const done = (state: OwnershipState, claims: readonly ShardCommand[], nowMs = 0): OwnershipState => {
  const applied = applyChange(state, state.term, claimed(claims), nowMs);
  expect(applied.outcome).toBe('done');
  return applied.state;
};
const START = done(
  EMPTY_OWNERSHIP,
  BASE.map((shard) => claimCommand(undefined, shard, 'matcher-1', 'claimed')),
);

interface Turn {
  readonly kind: 'split' | 'merge' | 'move' | 'release';
  readonly pick: number;
  readonly owner: string;
}
const turns = fc.array(
  fc.record<Turn>({
    kind: fc.constantFrom('split', 'merge', 'move', 'release'),
    pick: fc.nat(1000),
    owner: fc.constantFrom('matcher-1', 'matcher-2'),
  }),
  { maxLength: 25 },
);

const live = ({ rows }: OwnershipState): ShardRow[] => [...rows.values()].filter(({ retired }) => !retired);
const resOf = (shard: string): number => Number.parseInt(shard[1]!, 16);
const pickOf = <T>(from: readonly T[], pick: number): T | undefined => from[pick % from.length];

/** The commands of a turn on the current rows; none if it does not apply. */
function commandsOf(state: OwnershipState, { kind, pick, owner }: Turn): ShardCommand[] {
  if (kind === 'split') {
    const parent = pickOf(
      live(state).filter(({ shard }) => resOf(shard) < 8),
      pick,
    );
    return parent === undefined ? [] : splitCommands(state.rows, parent.shard);
  }
  if (kind === 'merge') {
    const families = Map.groupBy(
      live(state).filter(({ shard }) => resOf(shard) > 6),
      (row) => `${parentShard(row.shard)} ${row.owner}`,
    );
    const whole = [...families].filter(
      ([name, rows]) => rows.length === childShards(name.split(' ')[0]!).length,
    );
    const family = pickOf(whole, pick);
    return family === undefined ? [] : mergeCommands(state.rows, family[0].split(' ')[0]!);
  }
  const row = pickOf(live(state), pick)!;
  return [
    kind === 'move'
      ? claimCommand(row, row.shard, owner, 'moved')
      : claimCommand(row, row.shard, null, 'released'),
  ];
}

describe('split and merge', () => {
  it('keep the live row the newest on its line of descent, through any history, and the map total', () => {
    fc.assert(
      fc.property(turns, (history) => {
        let state = START;
        const published: ShardCommand[] = [];
        for (const turn of history) {
          const commands = commandsOf(state, turn);
          for (const { epoch, seenEpoch } of commands) expect(epoch).toBeGreaterThan(seenEpoch ?? 0);
          state = done(state, commands);
          published.push(...commands);
          expect(ownershipViolations(state.rows.values(), BASE)).toEqual([]);
        }
        // A reader of the claims alone, in any order, sees the same live shards.
        const map = ShardMap.of([...published.toReversed(), ...START.rows.values()]);
        expect(map.isPrefixFree()).toBe(true);
        expect(map.isTotalOver(BASE.map(cellKeyFromH3))).toBe(true);
        for (const row of state.rows.values())
          expect(map.isCurrent(map.claim(row.shard)!)).toBe(!row.retired);
      }),
      { numRuns: 100 },
    );
  });

  it('keep the owner', () => {
    const split = splitCommands(START.rows, BASE[0]!);
    const state = done(START, split);
    expect(split[0]).toEqual(
      expect.objectContaining({ shard: BASE[0], owner: null, retired: true, epoch: 2 }),
    );
    expect(split.slice(1).map(({ shard }) => shard)).toEqual(childShards(BASE[0]!));
    expect(new Set(split.slice(1).map(({ owner, epoch }) => `${owner} ${epoch}`))).toEqual(
      new Set(['matcher-1 3']),
    );
    const merged = mergeCommands(state.rows, BASE[0]!).at(-1);
    expect(merged).toEqual(expect.objectContaining({ owner: 'matcher-1', epoch: 5, seenEpoch: 2 }));
  });

  it('are refused for invalid shards', () => {
    expect(() => splitCommands(START.rows, childShards(BASE[0]!)[0]!)).toThrow(RangeError);
    expect(() => mergeCommands(START.rows, BASE[0]!)).toThrow(RangeError);
    const split = done(START, splitCommands(START.rows, BASE[0]!));
    expect(() => splitCommands(split.rows, BASE[0]!)).toThrow(RangeError);
    const child = split.rows.get(childShards(BASE[0]!)[0]!)!;
    const mixed = done(split, [claimCommand(child, child.shard, 'matcher-2', 'moved')]);
    expect(() => mergeCommands(mixed.rows, BASE[0]!)).toThrow('several owners');
  });
});

describe('ownershipViolations', () => {
  const split = done(START, splitCommands(START.rows, BASE[0]!));
  const change = (shard: string, to: Partial<ShardRow>): ShardRow[] =>
    [...split.rows.values()].map((row) => (row.shard === shard ? { ...row, ...to } : row));
  const child = childShards(BASE[0]!)[3]!;

  it.each([
    ['two live on one line', change(BASE[0]!, { retired: false }), 'both live'],
    ['a retired one with a newer epoch', change(BASE[0]!, { epoch: 3 }), 'is retired at 3'],
    ['a retired one with an owner', change(BASE[0]!, { owner: 'matcher-1' }), 'has an owner'],
    [
      'a part that nobody has',
      [...split.rows.values()].filter(({ shard }) => shard !== child),
      'not wholly covered',
    ],
    ['a base cell that nobody has', [], 'not wholly covered'],
  ])('names %s', (_, rows, words) => {
    expect(ownershipViolations(rows, BASE).join()).toContain(words);
  });
});

describe('applyChange', () => {
  const row = START.rows.get(BASE[0]!)!;
  const member = { instance: 'matcher-1', incarnation: 'a', state: 'active' as const };
  const state = { ...START, term: 4, members: new Map([['matcher-1', member]]) };
  const move = claimCommand(row, row.shard, 'matcher-2', 'moved');

  it('applies a whole change that fits, with the given time', () => {
    const change = { claims: [move], members: [{ seen: member, state: 'lost' as const }] };
    const applied = applyChange(state, 4, change, 77);
    expect(applied.outcome).toBe('done');
    expect(applied.state.rows.get(row.shard)).toEqual({
      ...row,
      epoch: FIRST_EPOCH + 1,
      owner: 'matcher-2',
      changedAtMs: 77,
    });
    expect(applied.state.members.get('matcher-1')?.state).toBe('lost');
    const forgotten = applyChange(state, 4, { claims: [], members: [{ seen: member, state: null }] }, 0);
    expect(forgotten.state.members.size).toBe(0);
  });

  it.each([
    ['an earlier term', 3, { claims: [move], members: [] }, 'deposed'],
    ['a later term', 5, { claims: [move], members: [] }, 'deposed'],
    ['another epoch', 4, { claims: [{ ...move, seenEpoch: 2 }], members: [] }, 'stale'],
    ['a row that is there', 4, { claims: [{ ...move, seenEpoch: null }], members: [] }, 'stale'],
    [
      'another incarnation',
      4,
      { claims: [move], members: [{ seen: { ...member, incarnation: 'b' }, state: 'lost' as const }] },
      'stale',
    ],
    [
      'another state of the member',
      4,
      { claims: [move], members: [{ seen: { ...member, state: 'leaving' as const }, state: null }] },
      'stale',
    ],
  ])('changes nothing for %s', (_, term, change, outcome) => {
    expect(applyChange(state, term, change, 1)).toEqual({ state, outcome });
  });
});
