import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { COMMAND_CLASSES, type CommandClass } from '#libs/contracts';
import { CommandPlaces, PLACE_LIMITS, type PlaceLimits, type PlaceRequest } from './command-places.ts';

const SMALL: PlaceLimits = {
  total: 8,
  reserved: { matching: 2, drivers: 1, riders: 2, webhooks: 1 },
  perCaller: 2,
  waitingPerCaller: 3,
  waitingPerClass: 6,
};

interface Entered extends PlaceRequest {
  readonly number: number;
}

/** Arrivals and departures over the places, with everything that is in hand or waits. */
class Model {
  readonly places = new CommandPlaces<Entered>(SMALL);
  readonly inHand: Entered[] = [];
  readonly waiting: Entered[] = [];
  #count = 0;

  enter(request: PlaceRequest): string {
    const entered = { ...request, number: this.#count++ };
    const admission = this.places.enter(entered, entered);
    if (admission === 'started') this.inHand.push(entered);
    if (admission === 'waiting') this.waiting.push(entered);
    return admission;
  }

  leave(index: number): Entered[] {
    const [gone] = this.inHand.splice(index % this.inHand.length, 1);
    const started = this.places.leave(gone!);
    for (const one of started) {
      // In the order of arrival of each caller.
      expect(this.waiting.find((other) => isSameCaller(other, one))).toBe(one);
      this.waiting.splice(this.waiting.indexOf(one), 1);
      this.inHand.push(one);
    }
    return started;
  }

  count(commandClass: CommandClass, list: readonly Entered[]): number {
    return list.filter((each) => each.commandClass === commandClass).length;
  }

  check(): void {
    expect(this.inHand.length).toBeLessThanOrEqual(SMALL.total);
    for (const each of COMMAND_CLASSES) {
      expect(this.places.inHand(each)).toBe(this.count(each, this.inHand));
      expect(this.places.waiting(each)).toBe(this.count(each, this.waiting));
      expect(this.places.waiting(each)).toBeLessThanOrEqual(SMALL.waitingPerClass);
    }
    for (const one of [...this.inHand, ...this.waiting].filter(({ caller }) => caller !== undefined)) {
      const mine = this.inHand.filter((other) => isSameCaller(other, one));
      expect(mine.length).toBeLessThanOrEqual(SMALL.perCaller);
      expect(mine.filter(({ alone }) => alone).length).toBeLessThanOrEqual(1);
      expect(this.waiting.filter((other) => isSameCaller(other, one)).length).toBeLessThanOrEqual(
        SMALL.waitingPerCaller,
      );
    }
    for (const one of this.waiting) expect(this.#mayStart(one)).toBe(false);
  }

  /** Whether the first command of a caller could be in hand: then nothing may keep it waiting. */
  #mayStart(one: Entered): boolean {
    if (this.waiting.find((other) => isSameCaller(other, one)) !== one) return false;
    const mine = this.inHand.filter((other) => isSameCaller(other, one));
    const isFree =
      one.caller === undefined ||
      (mine.length < SMALL.perCaller && !(one.alone && mine.some(({ alone }) => alone)));
    const shared = COMMAND_CLASSES.map((each) =>
      Math.max(0, this.count(each, this.inHand) - SMALL.reserved[each]),
    ).reduce((sum, each) => sum + each);
    const hasPlace =
      this.count(one.commandClass, this.inHand) < SMALL.reserved[one.commandClass] || shared < 2;
    return isFree && hasPlace;
  }
}

function isSameCaller(one: PlaceRequest, other: PlaceRequest): boolean {
  return one.commandClass === other.commandClass && one.caller === other.caller;
}

const request: fc.Arbitrary<PlaceRequest> = fc.record({
  commandClass: fc.constantFrom(...COMMAND_CLASSES, 'riders' as const, 'riders' as const),
  caller: fc.constantFrom('a', 'a', 'b', 'c', undefined),
  alone: fc.boolean(),
});
const step = fc.oneof({ weight: 3, arbitrary: request }, { weight: 2, arbitrary: fc.nat(SMALL.total) });

test('no bound is passed, nothing waits that could start, and each caller keeps its order, in any history', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 80 }), (steps) => {
      const model = new Model();
      for (const one of steps) {
        if (typeof one !== 'number') seen.add(model.enter(one));
        else if (model.inHand.length > 0) model.leave(one);
        model.check();
      }
      while (model.inHand.length > 0) model.leave(0);
      expect(model.waiting).toEqual([]);
    }),
  );
  expect(seen).toEqual(new Set(['started', 'waiting', 'caller_full', 'class_full']));
});

function of(commandClass: CommandClass, caller?: string, alone = false): PlaceRequest {
  return { commandClass, caller, alone };
}

describe('a flood of riders', () => {
  const places = new CommandPlaces<string>();
  for (let rider = 0; rider < 2_000; rider += 1) places.enter(of('riders', `rider-${rider}`), '');

  test.each(['matching', 'drivers', 'webhooks'] as const)('leaves %s its reserved places', (commandClass) => {
    for (let place = 0; place < PLACE_LIMITS.reserved[commandClass]; place += 1)
      expect(places.enter(of(commandClass, `caller-${place}`), '')).toBe('started');
  });
});

test('of one rider’s flood, every other rider waits for one command at most', () => {
  const places = new CommandPlaces<string>({ ...SMALL, total: 6, waitingPerClass: 10 });
  const flood = of('riders', 'flood');
  const outcomes = [1, 2, 3, 4, 5, 6].map((number) => places.enter(flood, `flood ${number}`));
  expect(outcomes).toEqual(['started', 'started', 'waiting', 'waiting', 'waiting', 'caller_full']);
  expect(places.enter(of('riders', 'one'), 'one')).toBe('waiting');
  expect(places.enter(of('riders', 'two'), 'two')).toBe('waiting');
  const turns = [flood, flood, of('riders', 'one'), flood].flatMap((gone) => places.leave(gone));
  expect(turns).toEqual(['flood 3', 'one', 'two', 'flood 4']);
});

test('a caller has one replay in hand; its other callers of the same id have theirs', () => {
  const places = new CommandPlaces<string>();
  expect(places.enter(of('riders', 'same', true), 'first')).toBe('started');
  expect(places.enter(of('riders', 'same', true), 'second')).toBe('waiting');
  expect(places.enter(of('drivers', 'same', true), 'other')).toBe('started');
  expect(places.leave(of('riders', 'same', true))).toEqual(['second']);
});

test('more reserved places than there are is an error', () => {
  expect(() => new CommandPlaces({ ...SMALL, total: 5 })).toThrow('more places are reserved');
});
