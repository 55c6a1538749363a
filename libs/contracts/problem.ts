import { z } from 'zod';
import { ERRORS, HailgridError, type ErrorCode } from './errors.ts';

const errorCodes = Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]];
export const errorCode = z.enum(errorCodes);

export const fieldIssue = z.strictObject({
  pointer: z.string().meta({ description: 'JSON pointer to the invalid member' }),
  message: z.string(),
});

/** RFC 9457 problem details; over HTTP as application/problem+json, over WebSocket as the data of an error frame. */
export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: errorCode,
    detail: z.string().optional(),
    issues: z.array(fieldIssue).optional(),
    retry_after_s: z.number().optional(),
    distance_m: z.number().optional().meta({ description: 'of too_far_from_pickup: how far that is' }),
    request_id: z.string().optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem details with a stable code' });
export type Problem = z.infer<typeof problem>;

/** The only mapping from an error to the part of it that a caller may see. */
export function toProblem(error: HailgridError, requestId?: string): Problem {
  return {
    type: `urn:hailgrid:problem:${error.code}`,
    title: ERRORS[error.code].title,
    status: error.status,
    code: error.code,
    ...(error.detail !== undefined && { detail: error.detail }),
    ...(error.issues.length > 0 && { issues: [...error.issues] }),
    ...(error.retryAfterS !== undefined && { retry_after_s: error.retryAfterS }),
    ...(error.distanceM !== undefined && { distance_m: error.distanceM }),
    ...(requestId !== undefined && { request_id: requestId }),
  };
}

/** The form in which an error crosses NATS; the internal message stays in the sender's log. */
export const errorReply = z.object({
  code: errorCode,
  detail: z.string().optional(),
  issues: z.array(fieldIssue).optional(),
  retry_after_s: z.number().optional(),
  distance_m: z.number().optional(),
});

/** Converts anything thrown to a HailgridError. */
export function asHailgridError(thrown: unknown): HailgridError {
  if (thrown instanceof HailgridError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new HailgridError('internal', message, { cause: thrown });
}

/** Zod's issues as pointers and sentences. */
export function issuesOf(error: z.core.$ZodError): { pointer: string; message: string }[] {
  return error.issues.map((issue) => ({
    pointer: issue.path
      .map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`)
      .join(''),
    message: issue.message,
  }));
}

/** Parses with the schema. Throws `invalid_request` naming each invalid member. */
export function parseOrThrow<S extends z.ZodType>(schema: S, value: unknown, what: string): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = issuesOf(parsed.error);
  throw new HailgridError(
    'invalid_request',
    `${what}: ${issues[0]?.pointer ?? ''} ${issues[0]?.message ?? ''}`,
    { issues },
  );
}
