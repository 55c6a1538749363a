import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { appendFileSync, closeSync, openSync } from 'node:fs';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { boundLog, followLines, lastLines } from './log-file.ts';
import { forgetProcess, reapOnExit } from './reaper.ts';
import { usageOf, type ProcessUsage } from './usage.ts';
import { UserError } from '../../ops/command-line/user-error.ts';

const STOP_GRACE_MS = 10_000;
const READY_TIMEOUT_MS = 60_000;
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

const running = new Set<SupervisedChild>();

/** Stops whatever is running, all at once: for a start that failed or was broken off half-way. */
export async function stopAllChildren(): Promise<void> {
  await Promise.all([...running].map((child) => child.stop()));
}

/**
 * A program that cannot outlive this process: it is stopped by us, or by the reaper after us. It has a process group of
 * its own, so that Ctrl-C reaches the supervisor alone, which stops its children in order.
 */
export class SupervisedChild {
  readonly name: string;
  readonly logFile: string;
  /** Resolves when it has ended, and all its messages have been given to `onMessage`. */
  readonly exited: Promise<ChildExit>;
  readonly #process: ChildProcess;
  readonly #stopSignal: NodeJS.Signals;
  readonly #newLines: () => string[];
  #isExpectedToEnd = false;

  constructor(spec: ChildSpec) {
    this.name = spec.name;
    this.logFile = spec.logFile;
    this.#stopSignal = spec.stopSignal ?? 'SIGTERM';
    this.#newLines = followLines(spec.logFile);
    this.#process = spawnLogged(spec);
    this.exited = this.#watchExit();
    if (spec.onMessage !== undefined) this.#process.on('message', spec.onMessage);
    if (this.#process.pid === undefined) return;
    reapOnExit(this.#process.pid, this.#stopSignal);
    running.add(this);
  }

  /** 0 when it could not be started. */
  get pid(): number {
    return this.#process.pid ?? 0;
  }

  isRunning(): boolean {
    return running.has(this);
  }

  /** Asks it to end, and kills it when it has not within 10 s. */
  async stop(): Promise<ChildExit> {
    this.#isExpectedToEnd = true;
    this.#signal(this.#stopSignal);
    this.#signal('SIGCONT'); // a paused process would never see the first one
    const timer = setTimeout(() => this.#signal('SIGKILL'), STOP_GRACE_MS);
    const exit = await this.exited;
    clearTimeout(timer);
    return exit;
  }

  /** `kill -9`, without a word to it. */
  kill(): Promise<ChildExit> {
    this.#isExpectedToEnd = true;
    this.#signal('SIGKILL');
    return this.exited;
  }

  /** Freezes it (SIGSTOP) until `resume`. */
  pause(): void {
    this.#signal('SIGSTOP');
  }

  resume(): void {
    this.#signal('SIGCONT');
  }

  /** What it uses together with its own children; undefined when it has ended. */
  async usage(): Promise<ProcessUsage | undefined> {
    return this.isRunning() ? usageOf(this.pid) : undefined;
  }

  /** Moves an overgrown log aside; to be called now and then on children that live long. */
  boundLog(): void {
    boundLog(this.logFile);
  }

  /**
   * Waits until `isReady` gives a value for a line that the child has logged since it was started.
   * Fails with the end of its log when it ends first, or when nothing came within a minute.
   */
  async untilLogged<T>(isReady: (line: string) => T | undefined): Promise<T> {
    const deadline = performance.now() + READY_TIMEOUT_MS;
    for (;;) {
      const wasRunning = this.isRunning(); // asked before its last lines are read
      for (const line of this.#newLines()) {
        const ready = isReady(line);
        if (ready !== undefined) return ready;
      }
      if (!wasRunning) throw new UserError(this.describeExit(await this.exited));
      if (performance.now() > deadline) {
        throw new UserError(
          `${this.name} was not ready within ${READY_TIMEOUT_MS / 1000} s. ${this.#endOfLog()}`,
        );
      }
      await sleep(READY_POLL_MS);
    }
  }

  /** What happened to it, with the end of its log: for the message about an unexpected exit. */
  describeExit(exit: ChildExit): string {
    const how = exit.signal === null ? `exit code ${exit.code ?? 'unknown'}` : exit.signal;
    return `${this.name} ended ${exit.expected ? '' : 'unexpectedly '}(${how}). ${this.#endOfLog()}`;
  }

  #endOfLog(): string {
    const lines = lastLines(this.logFile, LINES_IN_MESSAGE);
    return lines.length === 0
      ? `It logged nothing (${this.logFile}).`
      : `Its last lines (${this.logFile}):\n${lines.map((line) => `  ${line}`).join('\n')}`;
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.isRunning()) this.#process.kill(signal);
  }

  #watchExit(): Promise<ChildExit> {
    return new Promise((resolve) => {
      this.#process.once('error', (error) => {
        if (this.isRunning()) return; // a signal that could not be sent: its exit will tell
        appendFileSync(this.logFile, `${error.message}\n`);
        resolve({ code: null, signal: null, expected: false });
      });
      this.#process.once('exit', (code, signal) => {
        running.delete(this);
        forgetProcess(this.pid);
        const exit = { code, signal, expected: this.#isExpectedToEnd };
        // Messages sent just before the end are delivered until the channel closes.
        if (this.#process.connected) void once(this.#process, 'disconnect').then(() => resolve(exit));
        else resolve(exit);
      });
    });
  }
}

function spawnLogged(spec: ChildSpec): ChildProcess {
  const log = openSync(spec.logFile, 'a', 0o600);
  const stdio: StdioOptions = ['pipe', log, log];
  if (spec.onMessage !== undefined) stdio.push('ipc');
  try {
    const child = spawn(spec.command, spec.args, {
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
