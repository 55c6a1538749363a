import { z } from 'zod';
import { h3Cell } from './values.ts';

/** Within how many minutes the requests of an outlook are expected. */
export const OUTLOOK_WITHIN_MIN = 15;
/** Resolution of the cells of expected requests. */
export const OUTLOOK_CELL_RES = 8;
/** How many cells one matcher's outlook names: those with the highest values. */
export const MAX_OUTLOOK_CELLS = 4_096;

const cellValues = z.array(z.tuple([h3Cell, z.number().min(0)])).max(MAX_OUTLOOK_CELLS);

/** Asks every matcher what it expects in its shards. */
export const outlookRequest = z.object({});
/** Requests expected within {@link OUTLOOK_WITHIN_MIN} by cell, and the price of a second of drivers' time by shard. */
export const outlookReply = z.object({ expected: cellValues, prices: cellValues });
export type OutlookReply = z.infer<typeof outlookReply>;
