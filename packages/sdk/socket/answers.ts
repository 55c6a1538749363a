import { asProblem, HailgridProblem } from '../problem.ts';
import type { AnyFrame } from './protocol.ts';

/** How many frames of one client wait for their answers: far more than a person causes. */
const MAX_PENDING = 32;
/** How long a frame waits for its answer. */
const ANSWER_TIMEOUT_MS = 10_000;

interface Waiting {
  resolve: (data: object) => void;
  reject: (problem: HailgridProblem) => void;
  timer: ReturnType<typeof setTimeout>;
}

/** Finds the `ack` or `error` that answers each frame with an id. */
export class Answers {
  readonly #send: (frame: string) => boolean;
  readonly #waiting = new Map<string, Waiting>();
  #last = 0;

  constructor(send: (frame: string) => boolean) {
    this.#send = send;
  }

  /** Sends a frame; resolves with the data of its `ack`. @throws HailgridProblem of its `error`, or `network` or `timeout` without an answer */
  ask(type: string, data: object, idempotencyKey?: string): Promise<object> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.size >= MAX_PENDING) {
        reject(
          new HailgridProblem('too_many_pending', `${this.#waiting.size} frames wait for their answers`),
        );
        return;
      }
      const id = String(++this.#last);
      const key = idempotencyKey === undefined ? {} : { idempotency_key: idempotencyKey };
      if (!this.#send(JSON.stringify({ type, id, data, ...key }))) {
        reject(new HailgridProblem('network', `the frame ${type} could not be sent`));
        return;
      }
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new HailgridProblem('timeout', `the frame ${type} had no answer`));
      }, ANSWER_TIMEOUT_MS);
      this.#waiting.set(id, { resolve, reject, timer });
    });
  }

  /** Takes an `ack` or `error`; false if no frame waits for it. */
  take({ type, id, data }: AnyFrame): boolean {
    const waiting = id === undefined ? undefined : this.#waiting.get(id);
    if (id === undefined || waiting === undefined) return false;
    this.#waiting.delete(id);
    clearTimeout(waiting.timer);
    if (type === 'ack') waiting.resolve(data);
    else waiting.reject(problemOf(data));
    return true;
  }

  /** No frame gets its answer any more: the WebSocket is gone. */
  lose(): void {
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(new HailgridProblem('network', 'the WebSocket was lost before the answer'));
    }
    this.#waiting.clear();
  }
}

/** The problem that an `error` frame tells. */
export function problemOf(data: object): HailgridProblem {
  const problem = asProblem(data);
  if (problem === undefined) return new HailgridProblem('bad_answer', 'an error frame without a problem');
  return HailgridProblem.from(problem, 'refused');
}
