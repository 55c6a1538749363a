import { HailgridError, issuesOf } from '#libs/contracts';
import { z } from 'zod';

/** A frame was refused. Carries the frame's id if it could be read. */
export class FrameRefused extends Error {
  override readonly name = 'FrameRefused';
  readonly error: HailgridError;
  readonly frameId: string | undefined;

  constructor(error: HailgridError, frameId: string | undefined) {
    super(error.message, { cause: error });
    this.error = error;
    this.frameId = frameId;
  }
}

const identified = z.object({ id: z.string().min(1).max(64) });

/** Parses one text frame by the schema. Throws {@link FrameRefused} with `malformed_json` or `invalid_request`. */
export function readFrame<S extends z.ZodType>(schema: S, text: string): z.output<S> {
  const value = parseJson(text);
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = issuesOf(parsed.error);
  const first = issues[0];
  const error = new HailgridError(
    'invalid_request',
    `frame: ${first?.pointer ?? ''} ${first?.message ?? ''}`,
    {
      issues,
    },
  );
  throw new FrameRefused(error, identified.safeParse(value).data?.id);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new FrameRefused(new HailgridError('malformed_json', 'frame is not JSON', { cause }), undefined);
  }
}
