import { expect } from 'vitest';
import { ERRORS, problem, type ErrorCode, type Problem } from '#libs/contracts';

/** Must not occur in an answer: stack traces, libraries, SQL. */
const INTERNALS =
  /node_modules|\.[jt]s:\d|\bat \w+.*\(|SELECT |INSERT |pg_|postgres|_INBOX|trips\.\w+|ZodError|FST_/i;

/** Checks for a complete problem of this code without internals. */
export function checkProblem(body: unknown, code: ErrorCode): Problem {
  const said = problem.parse(body);
  expect(said).toMatchObject({
    code,
    type: `urn:hailgrid:problem:${code}`,
    title: ERRORS[code].title,
    status: ERRORS[code].status,
  });
  expect(JSON.stringify(body)).not.toMatch(INTERNALS);
  return said;
}

/** Like {@link checkProblem}, for an HTTP answer: also checks its status, its type and its request id. */
export async function expectProblem(response: Response, code: ErrorCode): Promise<Problem> {
  const text = await response.text();
  expect([response.status, text]).toEqual([ERRORS[code].status, expect.stringContaining(`"${code}"`)]);
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json\b/);
  const said = checkProblem(JSON.parse(text), code);
  expect(said.request_id).toBe(response.headers.get('x-request-id'));
  expect(said.request_id).toMatch(/^[\w.:-]{1,100}$/);
  return said;
}
