import { expect } from 'vitest';
import { ERRORS, problem, type ErrorCode, type Problem } from '#libs/contracts';

/** What an answer must never tell: where it was made, from what, and by which statement. */
const INTERNALS =
  /node_modules|\.[jt]s:\d|\bat \w+.*\(|SELECT |INSERT |pg_|postgres|_INBOX|trips\.\w+|ZodError|FST_/i;

/** A whole problem of this code, and nothing of our insides. */
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

/** As {@link checkProblem}, of an HTTP answer: its status, its type, and the id by which our logs know it. */
export async function expectProblem(response: Response, code: ErrorCode): Promise<Problem> {
  const text = await response.text();
  expect([response.status, text]).toEqual([ERRORS[code].status, expect.stringContaining(`"${code}"`)]);
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json\b/);
  const said = checkProblem(JSON.parse(text), code);
  expect(said.request_id).toBe(response.headers.get('x-request-id'));
  expect(said.request_id).toMatch(/^[\w.:-]{1,100}$/);
  return said;
}
