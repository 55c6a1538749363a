import { z } from 'zod';
import { HEX_LAYERS, type PageMessage } from '../protocol/map-messages.ts';

/** How many bytes a message of the page has at most. */
export const MAX_PAGE_MESSAGE_BYTES = 1_024;

const lng = z.number().min(-180).max(180);
const lat = z.number().min(-90).max(90);
const bounds = z
  .tuple([lng, lat, lng, lat])
  .refine(([, south, , north]) => south <= north, { error: 'south is above north' });

/** What a page says. */
export const pageMessage: z.ZodType<PageMessage> = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('view'), bounds, layer: z.enum(HEX_LAYERS) }),
  z.strictObject({ type: z.literal('ack'), update: z.int().min(0) }),
]);

/** Undefined for anything that is no message of a page. */
export function readPageMessage(text: string): PageMessage | undefined {
  try {
    return pageMessage.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
