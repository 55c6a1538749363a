import { spawn } from 'node:child_process';

/** Ends with its parent: the channel closes when the parent is gone, however it ended. */
const BUSY_LOOP = `
  process.on('disconnect', () => process.exit());
  const spin = () => { for (const endMs = Date.now() + 100; Date.now() < endMs;); setImmediate(spin); };
  spin();`;

/** Keeps `count` cores busy until the returned function is called. */
export function startBusyLoops(count: number): () => void {
  const loops = Array.from({ length: count }, () =>
    spawn(process.execPath, ['--eval', BUSY_LOOP], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] }),
  );
  return () => {
    for (const loop of loops) loop.disconnect();
  };
}
