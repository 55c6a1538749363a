import * as fc from 'fast-check';
import highsModule from 'highs';
import { describe, expect, it } from 'vitest';
import { assign } from './assign.ts';
import { SKIPPED, type AssignmentProblem } from './assignment-problem.ts';

/**
 * The package declares CommonJS types but ships an ES module, so the value that TypeScript types as the module is the
 * loader.
 */
const loadHighs = highsModule as unknown as typeof highsModule.default;

/** Candidates of one row: column and cost. */
type Row = readonly (readonly [column: number, cost: number])[];

interface Instance {
  readonly columnCount: number;
  readonly rows: readonly Row[];
  readonly skipCosts: readonly number[];
}

function problemOf({ columnCount, rows, skipCosts }: Instance): AssignmentProblem {
  const rowStarts = [0];
  for (const row of rows) rowStarts.push(rowStarts.at(-1)! + row.length);
  return {
    columnCount,
    rowStarts: Uint32Array.from(rowStarts),
    columns: Uint32Array.from(rows.flat(), ([column]) => column),
    costs: Float64Array.from(rows.flat(), ([, cost]) => cost),
    skipCosts: Float64Array.from(skipCosts),
  };
}

function instances(maxSide: number, cost: fc.Arbitrary<number>): fc.Arbitrary<Instance> {
  return fc.nat({ max: maxSide }).chain((columnCount) => {
    const column = fc.nat({ max: Math.max(0, columnCount - 1) });
    const row = fc.uniqueArray(fc.tuple(column, cost), {
      maxLength: columnCount,
      selector: ([each]) => each,
      size: 'max',
    });
    return fc.array(fc.tuple(row, cost), { maxLength: maxSide, size: 'max' }).map((pairs) => ({
      columnCount,
      rows: pairs.map(([candidates]) => candidates),
      skipCosts: pairs.map(([, skip]) => skip),
    }));
  });
}

/** Costs with many ties, without ties, negative ones, and fractions. */
const anyCost = fc.oneof(
  fc.integer({ min: 0, max: 5 }),
  fc.integer({ min: 0, max: 900_000 }),
  fc.integer({ min: -1000, max: 1000 }),
  fc.double({ min: 0, max: 900, noNaN: true }),
);

/** The optimum by brute force. */
function leastTotal({ rows, skipCosts }: Instance, row = 0, taken = new Set<number>()): number {
  if (row === rows.length) return 0;
  let least = skipCosts[row]! + leastTotal({ columnCount: 0, rows, skipCosts }, row + 1, taken);
  for (const [column, cost] of rows[row]!) {
    if (taken.has(column)) continue;
    taken.add(column);
    least = Math.min(least, cost + leastTotal({ columnCount: 0, rows, skipCosts }, row + 1, taken));
    taken.delete(column);
  }
  return least;
}

/**
 * The same problem as a linear program in LP format. Its optimum is integral, because the constraint matrix is that of
 * a bipartite graph.
 */
function linearProgram({ columnCount, rows, skipCosts }: Instance): string {
  const objective = rows.flatMap((row, r) => [
    ...row.map(([column, cost]) => `${signed(cost)} x${r}_${column}`),
    `${signed(skipCosts[r]!)} s${r}`,
  ]);
  const rowLimits = rows.map(
    (row, r) => ` r${r}: ${[...row.map(([c]) => `x${r}_${c}`), `s${r}`].join(' + ')} = 1`,
  );
  const columnLimits = Array.from({ length: columnCount }, (_, c) => {
    const users = rows.flatMap((row, r) => (row.some(([column]) => column === c) ? [`x${r}_${c}`] : []));
    return users.length === 0 ? '' : ` c${c}: ${users.join(' + ')} <= 1`;
  });
  return [
    'Minimize',
    ` obj: ${objective.join(' ')}`,
    'Subject To',
    ...rowLimits,
    ...columnLimits,
    'End',
    '',
  ].join('\n');
}

function signed(value: number): string {
  return value < 0 ? `- ${-value}` : `+ ${value}`;
}

/** Checks that the assignment is feasible; returns its total cost. */
function expectFeasible(instance: Instance): number {
  const { columnOfRow, totalCost } = assign(problemOf(instance));
  const used = [...columnOfRow].filter((column) => column !== SKIPPED);
  expect(new Set(used).size).toBe(used.length);
  const paid = instance.rows.map((row, r) => {
    if (columnOfRow[r] === SKIPPED) return instance.skipCosts[r]!;
    const candidate = row.find(([column]) => column === columnOfRow[r]);
    expect(candidate).toBeDefined();
    return candidate![1];
  });
  expect(totalCost).toBeCloseTo(
    paid.reduce((sum, cost) => sum + cost, 0),
    6,
  );
  return totalCost;
}

describe('assign', () => {
  it('costs as little as the best of all assignments', () => {
    fc.assert(
      fc.property(instances(5, anyCost), (instance) => {
        expect(expectFeasible(instance)).toBeCloseTo(leastTotal(instance), 6);
      }),
      { numRuns: 1000 },
    );
  });

  it('agrees with a linear programming solver', async () => {
    const highs = await loadHighs();
    fc.assert(
      fc.property(instances(14, anyCost), (instance) => {
        fc.pre(instance.rows.length > 0);
        const solution = highs.solve(linearProgram(instance), { presolve: 'off' });
        expect(solution.Status).toBe('Optimal');
        expect(expectFeasible(instance)).toBeCloseTo(solution.ObjectiveValue, 4);
      }),
      { numRuns: 1500 },
    );
  });

  it('agrees with the solver when many rows compete for few near columns', async () => {
    const highs = await loadHighs();
    const place = fc.tuple(fc.nat({ max: 1000 }), fc.nat({ max: 1000 }));
    const crowd = fc.tuple(
      fc.array(place, { minLength: 20, maxLength: 40 }),
      fc.array(place, { minLength: 5, maxLength: 40 }),
    );
    fc.assert(
      fc.property(crowd, fc.integer({ min: 10, max: 2000 }), ([riders, drivers], skip) => {
        const rows = riders.map(([x, y]) =>
          drivers
            .map(([u, v], column) => [column, Math.round(Math.hypot(x - u, y - v))] as const)
            .sort((a, b) => a[1] - b[1])
            .slice(0, 8),
        );
        const instance = { columnCount: drivers.length, rows, skipCosts: riders.map((_, row) => skip + row) };
        const solution = highs.solve(linearProgram(instance));
        expect(expectFeasible(instance)).toBeCloseTo(solution.ObjectiveValue, 4);
      }),
      { numRuns: 100 },
    );
  });

  it('serves a row instead of skipping it if both cost the same', () => {
    const { columnOfRow } = assign(problemOf({ columnCount: 1, rows: [[[0, 7]]], skipCosts: [7] }));
    expect([...columnOfRow]).toEqual([0]);
  });

  it('names the fault of an invalid problem', () => {
    const good = problemOf({ columnCount: 1, rows: [[[0, 7]]], skipCosts: [9] });
    expect(() => assign({ ...good, costs: Float64Array.of(Number.NaN) })).toThrow('cost of candidate 0');
    expect(() => assign({ ...good, columns: Uint32Array.of(1) })).toThrow('names no column');
    expect(() => assign({ ...good, skipCosts: Float64Array.of(Infinity) })).toThrow('skip cost of row 0');
    expect(() => assign({ ...good, rowStarts: Uint32Array.of(0) })).toThrow('rowStarts');
  });
});
