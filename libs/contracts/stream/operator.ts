import { z } from 'zod';
import { attentionEntry } from '../attention.ts';
import { operatorId } from '../ids.ts';
import { timestamp } from '../values.ts';
import { clientFrame, errorFrame, heartbeat, serverFrame, serverHeartbeat, token } from './frame.ts';

/**
 * Starts the feed, or starts it again from another place: every entry after the number, in order and once. Without a number:
 * only what comes from now on.
 */
export const follow = clientFrame('follow', z.strictObject({ after: z.int().min(0).optional() }));

/** Frames that an operator's client may send. */
export const operatorClientFrame = z
  .discriminatedUnion('type', [heartbeat, token, follow])
  .meta({ id: 'OperatorClientFrame' });
export type OperatorClientFrame = z.infer<typeof operatorClientFrame>;

/**
 * Frames that an operator's client receives. `welcome` says which entries there are; the feed starts with the frame
 * `follow`. The `seq` of an `attention` frame is the number of its entry. In the `ack` of `follow`, `missed` says that entries after
 * the number are not kept any more.
 */
export const operatorServerFrame = z
  .discriminatedUnion('type', [
    serverFrame(
      'welcome',
      z.object({
        operator_id: operatorId,
        oldest: z.int().min(1).meta({ description: 'number of the oldest entry that is kept' }),
        newest: z.int().min(0).meta({ description: 'number of the newest entry; 0: none yet' }),
        at: timestamp,
      }),
    ),
    serverHeartbeat,
    serverFrame('attention', attentionEntry),
    serverFrame(
      'ack',
      z.object({ after: z.int().min(0).optional(), missed: z.boolean().optional() }).meta({
        description: 'of `follow`: where the feed begins, and whether entries before that are lost',
      }),
    ),
    errorFrame,
  ])
  .meta({ id: 'OperatorServerFrame' });
export type OperatorServerFrame = z.infer<typeof operatorServerFrame>;
