import type { DriverServerFrame, ErrorCode } from '#libs/contracts';
import type { Job, TickWheel } from '../clock/tick-wheel.ts';
import type { Random } from '#libs/random';
import { backoffMs } from '#sdk';
import type { DriverCommand } from './driver-state.ts';

type Acknowledgement = Extract<DriverServerFrame, { type: 'ack' }>['data'];

/** How long a change waits for its answer before it is resent, wall time. */
const ANSWER_TIMEOUT_MS = 10_000;
/** Transient refusals of one change after which it counts as an error (retries go on). */
const QUIET_ATTEMPTS = 5;

const TRANSIENT: ReadonlySet<ErrorCode> = new Set([
  'internal',
  'unavailable',
  'shutting_down',
  'rate_limited',
]);

export interface CommandLineOptions {
  wheel: TickWheel;
  clockSpeed: number;
  now: () => number;
  random: Random;
  /** Returns false without a socket; after the next welcome the driver sends the command again. */
  transmit: (command: DriverCommand, frameId: string) => boolean;
  onAcknowledged: (command: DriverCommand, data: Acknowledgement) => void;
  onRefused: (command: DriverCommand, code: ErrorCode) => void;
  onProblem: (code: string) => void;
}

/**
 * Sends one driver's changes, one at a time, until acknowledged or finally refused. Resends a change after a lost or
 * transient answer; the service makes each change once.
 */
export class CommandLine implements Job {
  readonly #options: CommandLineOptions;
  #command: DriverCommand | null = null;
  /** False after `giveUp`; a late answer is still accepted. */
  #isWanted = false;
  #frame = 0;
  #attempts = 0;
  #isSent = false;
  #retryAtMs = Infinity;

  constructor(options: CommandLineOptions) {
    this.#options = options;
  }

  /** Sends the change and gives up an earlier one that is not answered yet. */
  send(command: DriverCommand): void {
    if (command !== this.#command) this.#attempts = 0;
    this.#command = command;
    this.#isWanted = true;
    this.#transmit();
  }

  /** Stops resending the change: its outcome, or another change, arrived by another path. */
  giveUp(): void {
    this.#isWanted = false;
  }

  /** Handles an `ack` or `error` frame; returns false if it answers no pending change. */
  takeAnswer(frame: Extract<DriverServerFrame, { type: 'ack' | 'error' }>): boolean {
    const command = this.#command;
    if (command === null || frame.id !== String(this.#frame)) return false;
    if (frame.type === 'ack') {
      this.#settle();
      this.#options.onAcknowledged(command, frame.data);
    } else if (!this.#isWanted) {
      this.#settle();
    } else if (TRANSIENT.has(frame.data.code)) {
      if (this.#attempts === QUIET_ATTEMPTS) this.#options.onProblem(frame.data.code);
      this.#isSent = false;
      const pauseMs = (frame.data.retry_after_s ?? 0) * 1000;
      this.#retryIn(
        Math.max(
          pauseMs,
          backoffMs(this.#attempts, () => this.#options.random.fraction()),
        ),
      );
    } else {
      this.#settle();
      this.#options.onRefused(command, frame.data.code);
    }
    return true;
  }

  run(nowMs: number): void {
    if (!this.#isWanted || nowMs < this.#retryAtMs) return;
    if (this.#isSent) this.#options.onProblem('lost_ack');
    this.#transmit();
  }

  #settle(): void {
    this.#command = null;
    this.#isWanted = false;
  }

  #transmit(): void {
    const command = this.#command;
    if (command === null) return;
    this.#frame++;
    this.#attempts++;
    this.#isSent = this.#options.transmit(command, String(this.#frame));
    if (this.#isSent) this.#retryIn(ANSWER_TIMEOUT_MS);
    else this.#retryAtMs = Infinity;
  }

  #retryIn(wallMs: number): void {
    this.#retryAtMs = this.#options.now() + wallMs * this.#options.clockSpeed;
    this.#options.wheel.at(this.#retryAtMs, this);
  }
}
