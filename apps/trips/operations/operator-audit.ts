import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { Idempotency, OperatorActRequest } from '#libs/contracts';
import type { Asker } from '#libs/service';
import { appendAct, TripStore, type TripTransaction } from '#libs/store';

/** What an operator asks for. */
export interface AskedAct<T> {
  readonly asker: Asker;
  /** The name of the act in the audit, as `cancel_trip`. */
  readonly act: string;
  /** The ids that the act names. */
  readonly target: Readonly<Record<string, unknown>>;
  readonly reason?: OperatorActRequest;
  readonly idempotency: Idempotency | undefined;
  readonly output: z.ZodType<T>;
}

/** What an act did: its answer, and the state of its target before and after it. */
export interface DoneAct<T> {
  readonly result: T;
  readonly before?: unknown;
  readonly after?: unknown;
}

/**
 * Runs what operators do, and writes it to the audit in the same transaction: an act that is not in the audit has not
 * happened, and a look that cannot be written is refused. A repeated key is no second act. Acts commit one after the other,
 * some hundred a second: operators are people.
 */
@Injectable()
export class OperatorAudit {
  constructor(private readonly store: TripStore) {}

  async act<T>(asked: AskedAct<T>, work: (transaction: TripTransaction) => Promise<DoneAct<T>>): Promise<T> {
    const { asker, act, target, reason = null, idempotency, output } = asked;
    const actor = { prefix: 'operator', id: asker.id } as const;
    return this.store.transactOnce({ actor, idempotency, output }, async (transaction) => {
      const { result, before = null, after = null } = await work(transaction);
      await appendAct(transaction, {
        ...whoIs(asker),
        act,
        target,
        reason,
        before,
        after,
        atMs: transaction.nowMs,
      });
      return result;
    });
  }

  /** Writes that an operator looks at the histories of people. To be called before the answer. */
  async look(asker: Asker, act: string, target: Readonly<Record<string, unknown>>): Promise<void> {
    await this.store.transact((transaction) =>
      appendAct(transaction, {
        ...whoIs(asker),
        act,
        target,
        reason: null,
        before: null,
        after: null,
        atMs: transaction.nowMs,
      }),
    );
  }
}

function whoIs({ id: actorId, issuer, subject, role, requestId }: Asker) {
  return { actorId, issuer, subject, role, requestId };
}
