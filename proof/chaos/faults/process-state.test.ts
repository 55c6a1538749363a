import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { processState } from './process-state.ts';

test('reports a stopped process as `T` and an ended one as undefined', async () => {
  const child = spawn('sleep', ['60']);
  const pid = child.pid!;
  await expect.poll(() => processState(pid)).toBe('S');
  child.kill('SIGSTOP');
  await expect.poll(() => processState(pid)).toBe('T');
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(processState(pid)).toBeUndefined();
});
