import { expect, test } from 'vitest';
import { CoalescingQueue } from './coalescing-queue.ts';

/** Work that the test ends by hand. */
function manualWork() {
  const started: string[] = [];
  const finish = new Map<string, () => void>();
  const work = (key: string, value: number): Promise<void> => {
    started.push(`${key}${value}`);
    return new Promise((resolve) => finish.set(key, resolve));
  };
  const end = async (key: string): Promise<void> => {
    finish.get(key)?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { started, work, end };
}

test('processes as many keys at once as allowed, in order of arrival', async () => {
  const { started, work, end } = manualWork();
  const queue = new CoalescingQueue({ capacity: 10, concurrency: 2, work });
  for (const key of ['a', 'b', 'c', 'd']) queue.add(key, 1);
  expect(started).toEqual(['a1', 'b1']);
  await end('b');
  expect(started).toEqual(['a1', 'b1', 'c1']);
  expect(queue.size).toBe(1);
});

test('processes a waiting key once, with its newest value', async () => {
  const { started, work, end } = manualWork();
  const queue = new CoalescingQueue({ capacity: 10, concurrency: 1, work });
  queue.add('a', 1);
  queue.add('b', 1);
  queue.add('b', 2);
  await end('a');
  await end('b');
  expect(started).toEqual(['a1', 'b2']);
});

test('processes a key that is added while it runs once more afterwards, never twice at once', async () => {
  const { started, work, end } = manualWork();
  const queue = new CoalescingQueue({ capacity: 10, concurrency: 2, work });
  queue.add('a', 1);
  queue.add('a', 2);
  queue.add('b', 1);
  expect(started).toEqual(['a1', 'b1']);
  await end('a');
  expect(started).toEqual(['a1', 'b1', 'a2']);
});

test('refuses a new key when full, but not one that already waits', async () => {
  const { started, work, end } = manualWork();
  const queue = new CoalescingQueue({ capacity: 1, concurrency: 1, work });
  expect(queue.add('a', 1)).toBe(true);
  expect(queue.add('b', 1)).toBe(true);
  expect(queue.add('c', 1)).toBe(false);
  expect(queue.add('b', 2)).toBe(true);
  await end('a');
  expect(started).toEqual(['a1', 'b2']);
});
