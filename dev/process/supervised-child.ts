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
  /** Signal for an orderly shutdown; SIGTERM by default. */
  stopSignal?: NodeJS.Signals;
  /** Opens a channel for `process.send` in the child. */
  onMessage?: (message: unknown) => void;
}

export interface ChildExit {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** False unless this process asked it to end. */
  expected: boolean;
}

const running = new Set<SupervisedChild>();

/** Stops all running children at once, after a failed or interrupted start. */
export async function stopAllChildren(): Promise<void> {
  await Promise.all([...running].map((child) => child.stop()));
}

/**
 * A program that cannot outlive this process: this process stops it, or else the reaper. It has its own process
 * group, so that Ctrl-C reaches only the supervisor, which stops its children in order.
 */
export class SupervisedChild {
  readonly name: string;
  readonly logFile: string;
  /** Resolves when it has exited and `onMessage` has received all its messages. */
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

  /** 0 if it could not be started. */
  get pid(): number {
    return this.#process.pid ?? 0;
  }

  isRunning(): boolean {
    return running.has(this);
  }

  /** Sends the stop signal, and kills it after 10 s. */
  async stop(): Promise<ChildExit> {
    this.#isExpectedToEnd = true;
    this.#signal(this.#stopSignal);
    this.#signal('SIGCONT'); // a paused process would not handle the first signal
    const timer = setTimeout(() => this.#signal('SIGKILL'), STOP_GRACE_MS);
    const exit = await this.exited;
    clearTimeout(timer);
    return exit;
  }

  /** `kill -9`, without the stop signal. */
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

  /** Sends a message to a child with `onMessage`; one that has ended gets none. */
  send(message: object): void {
    if (this.#process.connected) this.#process.send(message, () => {});
  }

  /** Usage of the process and its descendants; undefined after its exit. */
  async usage(): Promise<ProcessUsage | undefined> {
    return this.isRunning() ? usageOf(this.pid) : undefined;
  }

  /** Moves a log beyond its bound aside; call it regularly for long-lived children. */
  boundLog(): void {
    boundLog(this.logFile);
  }

  /**
   * Waits until `isReady` returns a value for a line that the child has logged since its start. Throws with the end
   * of its log if it exits first or logs no such line within a minute.
   */
  async untilLogged<T>(isReady: (line: string) => T | undefined): Promise<T> {
    const deadline = performance.now() + READY_TIMEOUT_MS;
    for (;;) {
      const wasRunning = this.isRunning(); // read before its last lines
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

  /** Text about its exit, with the end of its log. */
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
        if (this.isRunning()) return; // a failed signal: its exit is reported separately
        appendFileSync(this.logFile, `${error.message}\n`);
        resolve({ code: null, signal: null, expected: false });
      });
      this.#process.once('exit', (code, signal) => {
        running.delete(this);
        forgetProcess(this.pid);
        const exit = { code, signal, expected: this.#isExpectedToEnd };
        // Messages sent just before the exit arrive until the channel closes.
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
      // Ignores errors of the pipe: it only shows the child that this process is alive, and `exited` reports the
      // child's exit.
    });
    return child;
  } finally {
    closeSync(log);
  }
}
