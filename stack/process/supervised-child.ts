import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { appendFileSync, closeSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { boundLog, followLines, lastLines } from './log-file.ts';
import { forgetProcess, reapOnExit } from './reaper.ts';
import { usageOf, type ProcessUsage } from './usage.ts';

const STOP_GRACE_MS = 10_000;
const READY_TIMEOUT_MS = 30_000;
const READY_POLL_MS = 20;
const LINES_IN_MESSAGE = 15;

export interface ChildSpec {
  name: string;
  command: string;
  args: readonly string[];
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** Standard output and error are appended here; the directory must exist. */
  logFile: string;
  uid?: number | undefined;
  gid?: number | undefined;
  /** What asks this program to end in good order; SIGTERM unless said otherwise. */
  stopSignal?: NodeJS.Signals;
  /** Opens a channel for `process.send` in the child. */
  onMessage?: (message: unknown) => void;
}

export interface ChildExit {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** False when nobody here asked it to end. */
  expected: boolean;
}

/** A child that cannot outlive this process: stopped by us, or by the reaper after us. */
export interface SupervisedChild {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  readonly exited: Promise<ChildExit>;
  isRunning(): boolean;
  /** Asks it to end, and kills it when it has not within 10 s. */
  stop(): Promise<ChildExit>;
  /** `kill -9`, without a word to it. */
  kill(): Promise<ChildExit>;
  /** Freezes it (SIGSTOP) until `resume`. */
  pause(): void;
  resume(): void;
  usage(): Promise<ProcessUsage | undefined>;
  /** Moves an overgrown log aside; call it now and then on children that live long. */
  boundLog(): void;
  /** What happened to it, with the end of its log: for the message about an unexpected exit. */
  describeExit(exit: ChildExit): string;
}

export function startChild(spec: ChildSpec): SupervisedChild {
  const process_ = spawnLogged(spec);
  const pid = process_.pid;
  const stopSignal = spec.stopSignal ?? 'SIGTERM';
  let expected = false;
  let running = pid !== undefined;
  const exited = new Promise<ChildExit>((resolve) => {
    process_.once('error', (error) => {
      running = false;
      appendFileSync(spec.logFile, `${error.message}\n`);
      resolve({ code: null, signal: null, expected: false });
    });
    process_.once('exit', (code, signal) => {
      running = false;
      if (pid !== undefined) forgetProcess(pid);
      resolve({ code, signal, expected });
    });
  });
  if (pid !== undefined) reapOnExit(pid, stopSignal);
  if (spec.onMessage !== undefined) process_.on('message', spec.onMessage);

  const signalTo = (signal: NodeJS.Signals) => {
    if (running) process_.kill(signal);
  };
  return {
    name: spec.name,
    pid: pid ?? 0,
    logFile: spec.logFile,
    exited,
    isRunning: () => running,
    stop: async () => {
      expected = true;
      signalTo(stopSignal);
      signalTo('SIGCONT'); // a paused process would never see the first one
      const timer = setTimeout(() => signalTo('SIGKILL'), STOP_GRACE_MS);
      const exit = await exited;
      clearTimeout(timer);
      return exit;
    },
    kill: () => {
      expected = true;
      signalTo('SIGKILL');
      return exited;
    },
    pause: () => signalTo('SIGSTOP'),
    resume: () => signalTo('SIGCONT'),
    usage: async () => (running && pid !== undefined ? usageOf(pid) : undefined),
    boundLog: () => boundLog(spec.logFile),
    describeExit: (exit) => describeExit(spec, exit),
  };
}

/**
 * Waits until `isReady` gives a value for one of the lines of the child's log.
 * Fails with the end of the log when the child ends first or nothing came within `timeoutMs`.
 */
export async function untilLogged<T>(
  child: SupervisedChild,
  isReady: (line: string) => T | undefined,
  timeoutMs = READY_TIMEOUT_MS,
): Promise<T> {
  const newLines = followLines(child.logFile);
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const wasRunning = child.isRunning(); // asked before the log is read, so that its last lines are still seen
    for (const line of newLines()) {
      const ready = isReady(line);
      if (ready !== undefined) return ready;
    }
    if (!wasRunning) throw new Error(child.describeExit(await child.exited));
    if (performance.now() > deadline) {
      throw new Error(`${child.name} was not ready within ${timeoutMs / 1000} s. ${endOfLog(child.logFile)}`);
    }
    await sleep(READY_POLL_MS);
  }
}

function spawnLogged(spec: ChildSpec): ChildProcess {
  const log = openSync(spec.logFile, 'a', 0o600);
  const stdio: StdioOptions = ['pipe', log, log];
  if (spec.onMessage !== undefined) stdio.push('ipc');
  try {
    const child = spawn(spec.command, spec.args, {
      // A group of its own: Ctrl-C reaches the supervisor alone, which stops its children in order.
      detached: true,
      stdio,
      ...(spec.env !== undefined && { env: spec.env }),
      ...(spec.cwd !== undefined && { cwd: spec.cwd }),
      ...(spec.uid !== undefined && { uid: spec.uid }),
      ...(spec.gid !== undefined && { gid: spec.gid }),
    });
    child.stdin?.on('error', () => {
      // The pipe only tells the child that we are there; that the child is gone is seen by its exit.
    });
    return child;
  } finally {
    closeSync(log);
  }
}

function describeExit(spec: ChildSpec, exit: ChildExit): string {
  const how = exit.signal === null ? `exit code ${exit.code ?? 'unknown'}` : exit.signal;
  return `${spec.name} ended ${exit.expected ? '' : 'unexpectedly '}(${how}). ${endOfLog(spec.logFile)}`;
}

function endOfLog(logFile: string): string {
  const lines = lastLines(logFile, LINES_IN_MESSAGE);
  return lines.length === 0
    ? `It logged nothing (${logFile}).`
    : `Its last lines (${logFile}):\n${lines.map((line) => `  ${line}`).join('\n')}`;
}
