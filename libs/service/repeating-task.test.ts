import { expect, test } from 'vitest';
import type { Clock } from './clock.ts';
import { RepeatingTask } from './repeating-task.ts';

/** A clock that only the test advances. */
class ManualClock implements Clock {
  readonly speed = 1;
  #nowMs = 0;
  #due: { atMs: number; callback: () => void }[] = [];

  now(): number {
    return this.#nowMs;
  }

  after(ms: number, callback: () => void): () => void {
    const entry = { atMs: this.#nowMs + ms, callback };
    this.#due.push(entry);
    return () => {
      this.#due = this.#due.filter((other) => other !== entry);
    };
  }

  every(): never {
    throw new Error('not needed here');
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => void this.after(ms, resolve));
  }

  async advance(ms: number): Promise<void> {
    this.#nowMs += ms;
    const ready = this.#due.filter(({ atMs }) => atMs <= this.#nowMs);
    this.#due = this.#due.filter(({ atMs }) => atMs > this.#nowMs);
    for (const { callback } of ready) callback();
    await settle();
  }
}

/** Runs all pending promise callbacks. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function world(run: (call: number) => Promise<void> = async () => {}) {
  const clock = new ManualClock();
  const startedAtMs: number[] = [];
  const errors: unknown[] = [];
  const task = new RepeatingTask({
    clock,
    intervalMs: 1_000,
    run: () => {
      startedAtMs.push(clock.now());
      return run(startedAtMs.length);
    },
    onError: (error) => errors.push(error),
  });
  return { clock, startedAtMs, errors, task };
}

test('runs at once and then once an interval', async () => {
  const { clock, startedAtMs, task } = world();
  task.start();
  await settle();
  await clock.advance(999);
  expect(startedAtMs).toEqual([0]);
  await clock.advance(1);
  await clock.advance(1_000);
  expect(startedAtMs).toEqual([0, 1_000, 2_000]);
});

test('runs never overlap, and a late run is followed at once by one run, not by all missed ones', async () => {
  let finish = (): void => {};
  const { clock, startedAtMs, task } = world((call) =>
    call === 1 ? new Promise((resolve) => (finish = resolve)) : Promise.resolve(),
  );
  task.start();
  await clock.advance(3_500);
  expect(startedAtMs).toEqual([0]);
  finish();
  await settle();
  await clock.advance(0);
  expect(startedAtMs).toEqual([0, 3_500]);
  await clock.advance(999);
  expect(startedAtMs).toEqual([0, 3_500]);
  await clock.advance(1);
  expect(startedAtMs).toEqual([0, 3_500, 4_500]);
});

test('continues after a failed run', async () => {
  const { clock, startedAtMs, errors, task } = world((call) =>
    call === 1 ? Promise.reject(new Error('down')) : Promise.resolve(),
  );
  task.start();
  await settle();
  await clock.advance(1_000);
  expect(errors).toEqual([new Error('down')]);
  expect(startedAtMs).toEqual([0, 1_000]);
});

test('stop waits for the current run, and no run follows', async () => {
  let finish = (): void => {};
  const { clock, startedAtMs, task } = world(() => new Promise((resolve) => (finish = resolve)));
  task.start();
  let stopped = false;
  const stopping = task.stop().then(() => (stopped = true));
  await settle();
  expect(stopped).toBe(false);
  finish();
  await stopping;
  await clock.advance(10_000);
  expect(startedAtMs).toEqual([0]);
});

test('stop between runs cancels the next one', async () => {
  const { clock, startedAtMs, task } = world();
  task.start();
  await settle();
  await task.stop();
  await clock.advance(10_000);
  expect(startedAtMs).toEqual([0]);
});
