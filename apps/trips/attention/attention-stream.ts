import { Inject, Injectable } from '@nestjs/common';
import {
  HailgridError,
  MAX_ATTENTION_PER_PAGE,
  operatorId,
  toTimestamp,
  type OperatorClientFrame,
  type OperatorServerFrame,
} from '#libs/contracts';
import { CLOCK, LOGGER, type Clock, type Logger } from '#libs/service';
import { readAttention, readAttentionRange, TripStore } from '#libs/store';
import { CLOSE, type StreamConnection, type StreamHandler } from '#libs/stream';
import { OperatorAudit } from '../operations/operator-audit.ts';
import { AttentionSession } from './attention-session.ts';

type OperatorConnection = StreamConnection<OperatorServerFrame>;

/** The sockets of operators, which follow the attention feed. Whichever process serves one reads the same numbers. */
@Injectable()
export class AttentionStream implements StreamHandler<OperatorClientFrame, OperatorServerFrame> {
  readonly #sessions = new Map<OperatorConnection, AttentionSession>();

  constructor(
    private readonly store: TripStore,
    private readonly audit: OperatorAudit,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async opened(connection: OperatorConnection): Promise<void> {
    const session = new AttentionSession({
      connection,
      read: (after) => readAttention(this.store, after, MAX_ATTENTION_PER_PAGE),
      onFailure: (error) => {
        this.logger.warn({ event: 'feed_broken', operator_id: connection.caller.id, err: error });
        connection.close(CLOSE.tryAgainLater, 'follow');
      },
    });
    this.#sessions.set(connection, session);
    const { oldest, newest } = await readAttentionRange(this.store);
    const operator_id = operatorId.parse(connection.caller.id);
    connection.send({
      type: 'welcome',
      data: { operator_id, oldest, newest, at: toTimestamp(this.clock.now()) },
    });
  }

  async received(connection: OperatorConnection, frame: OperatorClientFrame): Promise<void> {
    if (frame.type !== 'follow') return;
    const { oldest, newest } = await readAttentionRange(this.store);
    const { after = newest } = frame.data;
    if (after > newest)
      throw new HailgridError('invalid_request', `after ${after}, but the newest entry is ${newest}`, {
        issues: [{ pointer: '/data/after', message: `the newest entry is ${newest}` }],
      });
    const { caller } = connection;
    await this.audit.look({ ...caller, requestId: connection.id }, 'follow_attention', { after });
    connection.send({
      type: 'ack',
      ...(frame.id !== undefined && { id: frame.id }),
      data: { after, missed: after + 1 < oldest },
    });
    this.#sessions.get(connection)?.follow(after, newest);
  }

  closed(connection: OperatorConnection): void {
    this.#sessions.get(connection)?.close();
    this.#sessions.delete(connection);
  }

  /** The feed has entries up to this number. */
  reaches(newest: number): void {
    for (const session of this.#sessions.values()) session.reaches(newest);
  }
}
