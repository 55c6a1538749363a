import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { SupervisedChild } from './supervised-child.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const directory = temporaryDirectory('supervision-test');
afterAll(() => directory.remove());

function child(name: string, script: string, onMessage?: (message: unknown) => void): SupervisedChild {
  return new SupervisedChild({
    name,
    command: process.execPath,
    args: ['-e', script],
    logFile: join(directory.path, `${name}.log`),
    ...(onMessage !== undefined && { onMessage }),
  });
}

const STAYS = "console.log('up'); setInterval(() => {}, 1000);";
const isUp = (line: string) => (line === 'up' ? true : undefined);

describe('one child', () => {
  test('an unexpected exit is reported with the end of the log', async () => {
    const failing = child('failing', "console.log('first'); console.error('out of luck'); process.exit(3)");
    await expect(failing.untilLogged(isUp)).rejects.toThrow(
      /^failing ended unexpectedly \(exit code 3\)[^]*out of luck$/,
    );
    expect(await failing.exited).toEqual({ code: 3, signal: null, expected: false });
  });

  test('a missing program is reported like a child that exited', async () => {
    const logFile = join(directory.path, 'absent.log');
    const absent = new SupervisedChild({ name: 'absent', command: '/no/such/program', args: [], logFile });
    await expect(absent.untilLogged(isUp)).rejects.toThrow(/absent ended unexpectedly[^]*ENOENT/);
  });

  test('stop sends SIGTERM first, and also ends a paused child', async () => {
    const polite = child('polite', `process.on('SIGTERM', () => process.exit(0)); ${STAYS}`);
    await polite.untilLogged(isUp);
    polite.pause();
    expect(await polite.stop()).toEqual({ code: 0, signal: null, expected: true });
    expect(polite.isRunning()).toBe(false);
  });

  test('a second run with the same log is not ready by a line of the first run', async () => {
    const first = child('again', STAYS);
    await first.untilLogged(isUp);
    await first.kill();
    const second = child('again', "setTimeout(() => console.log('late'), 300); setInterval(() => {}, 1000)");
    await expect(
      second.untilLogged((line) => (['up', 'late'].includes(line) ? line : undefined)),
    ).resolves.toBe('late');
    await second.kill();
  });

  test('messages sent just before the exit are delivered before `exited`', async () => {
    const messages: unknown[] = [];
    const last = child('last-words', "process.send('done'); process.disconnect()", (message) =>
      messages.push(message),
    );
    await last.exited;
    expect(messages).toEqual(['done']);
  });
});

describe('a dead supervisor', () => {
  const SUPERVISOR = `
    import { SupervisedChild } from ${JSON.stringify(fileURLToPath(new URL('supervised-child.ts', import.meta.url)))};
    import { temporaryDirectory } from ${JSON.stringify(fileURLToPath(new URL('temporary-directory.ts', import.meta.url)))};
    const directory = temporaryDirectory('left-behind');
    const child = new SupervisedChild({
      name: 'child', command: process.execPath, args: ['-e', 'setInterval(() => {}, 1000)'],
      logFile: directory.path + '/child.log',
    });
    console.log(JSON.stringify({ pid: child.pid, directory: directory.path }));
    process.stdin.once('data', () => { throw new Error('a bug in the supervisor'); });
  `;

  async function startSupervisor(): Promise<{ supervisor: ChildProcess; pid: number; left: string }> {
    const file = join(directory.path, 'supervisor.mts');
    writeFileSync(file, SUPERVISOR);
    const supervisor = spawn(process.execPath, [file], { stdio: ['pipe', 'pipe', 'ignore'] });
    const [line] = (await once(createInterface({ input: supervisor.stdout }), 'line')) as [string];
    const { pid, directory: left } = JSON.parse(line) as { pid: number; directory: string };
    expect(isAlive(pid)).toBe(true);
    return { supervisor, pid, left };
  }

  const endings: [string, (supervisor: ChildProcess) => void][] = [
    ['is killed with -9', (supervisor) => supervisor.kill('SIGKILL')],
    ['is hung up on', (supervisor) => supervisor.kill('SIGHUP')],
    ['throws', (supervisor) => supervisor.stdin?.write('now\n')],
  ];

  test.each(endings)('leaves nothing behind when it %s', async (_, endIt) => {
    const { supervisor, pid, left } = await startSupervisor();
    endIt(supervisor);
    await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
    await expect.poll(() => existsSync(left), { timeout: 10_000 }).toBe(false);
  });
});

test('a daemon that detached itself is ended with its supervisor, by its PID file', async () => {
  const { path } = temporaryDirectory('daemon');
  const pidFile = join(path, 'daemon.pid');
  writeFileSync(
    join(directory.path, 'daemons.mts'),
    `
    import { reapByPidFile } from ${JSON.stringify(fileURLToPath(new URL('reaper.ts', import.meta.url)))};
    reapByPidFile(${JSON.stringify(pidFile)}, 'SIGINT');
    setInterval(() => {}, 1000);
    console.log('up');
  `,
  );
  const supervisor = spawn(process.execPath, [join(directory.path, 'daemons.mts')], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  await once(createInterface({ input: supervisor.stdout }), 'line');
  const pids = [path, '/'].map((cwd) => {
    const daemon = spawn('sleep', ['60'], { cwd, detached: true, stdio: 'ignore' });
    return daemon.pid ?? 0;
  }) as [number, number];
  // A PID that was reused by another process is not the daemon's.
  writeFileSync(pidFile, `${pids[0]}\n${path}\n`);
  supervisor.kill('SIGKILL');
  await expect.poll(() => isAlive(pids[0]), { timeout: 10_000 }).toBe(false);
  expect(isAlive(pids[1])).toBe(true);
  process.kill(pids[1]);
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
