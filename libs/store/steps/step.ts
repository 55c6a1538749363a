import type { Queryable } from '../postgres/database.ts';

/**
 * The order in which a transaction does things, be it for one command or for many: it is that of the locks (keys, trips,
 * drivers, claims; ARCHITECTURE.md, Data), so that no two transactions wait for each other in a ring.
 */
const ORDER = [
  'reserve keys',
  'read keys',
  'read quotes',
  'find offers',
  'lock trips',
  'read claims',
  'lock drivers',
  'release claims',
  'promote claims',
  'hold claims',
  'assign claims',
  'count drivers',
  'insert trips',
  'write changes',
  'store responses',
] as const;

type StepName = (typeof ORDER)[number];

/** One statement about any number of things: those of many commands are one set to it. */
export interface Step<Item, Found> {
  readonly name: StepName;
  /** What a command has to itself from here on until its transaction ends; of two that want it one has to wait. */
  readonly owns?: (item: Item) => string;
  /** What it finds is found by what it was asked for: an asker sees its own among that of others. */
  readonly run: (transaction: Queryable, items: readonly Item[]) => Promise<Found>;
}

/** Takes a step for whoever asks, maybe together with others. */
export interface StepTaker {
  take<Item, Found>(step: Step<Item, Found>, items: readonly Item[]): Promise<Found>;
}

export function placeOf(name: StepName): number {
  return ORDER.indexOf(name);
}

export function step<Item, Found>(
  name: StepName,
  run: Step<Item, Found>['run'],
  owns?: (item: Item) => string,
): Step<Item, Found> {
  return { name, run, ...(owns !== undefined && { owns }) };
}
