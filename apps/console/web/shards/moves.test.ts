import * as fc from 'fast-check';
import { cellToChildren, gridDisk, latLngToCell } from 'h3-js';
import { describe, expect, test } from 'vitest';
import { MoveLog, movesBetween, type Ownership } from './moves.ts';

const CELLS = gridDisk(latLngToCell(38.72, -9.14, 6), 2);
const [A, B] = CELLS as [string, string];
const active = (...names: string[]) => names.map((matcher) => ({ matcher, state: 'active' as const }));

function owned(
  claims: readonly (readonly [string, number, string | null])[],
  matchers: Ownership['matchers'] = active('m-1', 'm-2'),
): Ownership {
  return { data: claims.map(([shard, epoch, owner]) => ({ shard, epoch, owner })), matchers };
}

describe('between two answers', () => {
  test.each([
    ['moved', 'm-1', 'm-2'],
    ['taken', null, 'm-2'],
    ['freed', 'm-1', null],
    ['renewed', 'm-1', 'm-1'],
  ])('a shard was %s', (kind, from, to) => {
    const moves = movesBetween(owned([[A, 3, from]]), owned([[A, 4, to]]));
    expect(moves).toEqual([{ kind, from, to, shards: [{ shard: A, epoch: 4 }], cause: undefined }]);
  });

  test('the shards that went the same way are one move, with its cause', () => {
    const after = owned(
      [
        [A, 5, 'm-2'],
        [B, 8, 'm-2'],
      ],
      [{ matcher: 'm-1', state: 'lost' }, ...active('m-2')],
    );
    const [move, ...others] = movesBetween(
      owned([
        [A, 4, 'm-1'],
        [B, 7, 'm-1'],
      ]),
      after,
    );
    expect(others).toEqual([]);
    expect(move).toMatchObject({ kind: 'moved', cause: 'm-1 is lost' });
    expect(move?.shards).toHaveLength(2);
  });

  test('a split and a merge are seen', () => {
    const children = cellToChildren(A, 7);
    const whole = (epoch: number) => owned([[A, epoch, 'm-1']]);
    const split = owned(children.map((child) => [child, 2, 'm-1'] as const));
    expect(movesBetween(whole(1), split)).toMatchObject([{ kind: 'split', from: 'm-1', to: 'm-1' }]);
    expect(movesBetween(whole(1), split)[0]?.shards).toHaveLength(7);
    expect(movesBetween(split, whole(3))).toMatchObject([
      { kind: 'merged', shards: [{ shard: A, epoch: 3 }] },
    ]);
    // An older answer than the last one: the split had not happened yet.
    expect(movesBetween(split, whole(1))).toEqual([]);
  });

  type State = Map<string, { epoch: number; owner: string | null }>;

  const history = fc.array(fc.tuple(fc.constantFrom(...CELLS), fc.constantFrom('m-1', 'm-2', 'm-3', null)), {
    maxLength: 40,
  });

  test('answers in any order tell each change of owner at most once, and all if none is skipped', () => {
    fc.assert(
      fc.property(history, fc.array(fc.nat(), { maxLength: 20 }), (changes, stale) => {
        const first: State = new Map(CELLS.map((cell) => [cell, { epoch: 1, owner: 'm-1' }]));
        const states = [first];
        for (const [cell, owner] of changes) {
          const last: State = new Map(states.at(-1));
          last.set(cell, { epoch: (last.get(cell)?.epoch ?? 0) + 1, owner });
          states.push(last);
        }
        const answer = (state: State): Ownership =>
          owned([...state].map(([cell, { epoch, owner }]) => [cell, epoch, owner] as const));
        const log = new MoveLog();
        let seen = log.add(answer(first), 0);
        for (const [index, state] of states.entries()) {
          seen = log.add(answer(state), index);
          // Now and then a standby answers that lags behind.
          const behind = stale[index];
          if (behind !== undefined) seen = log.add(answer(states[behind % (index + 1)] ?? first), index);
        }
        const told = seen.flatMap(({ shards }) => shards.map(({ shard, epoch }) => `${shard}@${epoch}`));
        expect(new Set(told).size).toBe(told.length);
        expect(told.length).toBe(changes.length);
      }),
    );
  });
});
