import { randomBytes } from 'node:crypto';
import fastify, { type FastifyInstance } from 'fastify';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { SealedCookies } from './sealed-cookies.ts';

const KEY = randomBytes(32).toString('base64url');
const value = z.object({ text: z.string() });
const scope = { path: '/', maxAgeS: 60 };

/** A server that keeps what it is sent under a name, and one that reads it. */
function serverOf(cookies: SealedCookies): FastifyInstance {
  const server = fastify();
  server.get<{ Querystring: { name: string; length: string } }>('/set', async (request, reply) => {
    const { name, length } = request.query;
    await cookies.set(reply, name, { text: 'x'.repeat(Number(length)) }, scope);
    return 'kept';
  });
  server.get<{ Querystring: { name: string } }>('/read', async (request) => {
    const read = await cookies.read(request, request.query.name, value);
    return { length: read?.text.length ?? null };
  });
  return server;
}

/** The Cookie header of a browser that got these answers, one after the other. */
function jar(
  answers: readonly { headers: Record<string, unknown> }[],
  rename = (name: string) => name,
): string {
  const kept = new Map<string, string>();
  for (const { headers } of answers)
    for (const line of [headers['set-cookie']].flat() as string[]) {
      const [, name = '', content = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (line.includes('Max-Age=0')) kept.delete(name);
      else kept.set(name, content);
    }
  return [...kept].map(([name, content]) => `${rename(name)}=${content}`).join('; ');
}

async function readWith(server: FastifyInstance, cookie: string, name = 'one'): Promise<number | null> {
  const { body } = await server.inject({ url: `/read?name=${name}`, headers: { cookie } });
  return (JSON.parse(body) as { length: number | null }).length;
}

test.each([1, 3_000, 6_000])('a value of %i characters is read as it was set', async (length) => {
  const server = serverOf(new SealedCookies(KEY, true));
  const answer = await server.inject(`/set?name=one&length=${length}`);
  const lines = [answer.headers['set-cookie']].flat() as string[];
  for (const line of lines) {
    expect(line.length).toBeLessThan(4_096);
    expect(line).toMatch(/; HttpOnly/);
    expect(line).toMatch(/; Secure/);
    expect(line).toMatch(/; SameSite=Lax/);
  }
  expect(await readWith(server, jar([answer]))).toBe(length);
});

test('a shorter value leaves no part of a longer one behind', async () => {
  const server = serverOf(new SealedCookies(KEY, false));
  const answers = [
    await server.inject('/set?name=one&length=6000'),
    await server.inject('/set?name=one&length=5'),
  ];
  expect(await readWith(server, jar(answers))).toBe(5);
});

test('what another key sealed, what was changed, and what was sealed under another name are not read', async () => {
  const server = serverOf(new SealedCookies(KEY, false));
  const cookie = jar([await server.inject('/set?name=one&length=5')]);
  expect(await readWith(serverOf(new SealedCookies(undefined, false)), cookie)).toBeNull();
  // In the middle: of the last character of base64url not every bit counts.
  const [middle, at] = [cookie.at(-9), cookie.length - 9];
  const changed = `${cookie.slice(0, at)}${middle === 'A' ? 'B' : 'A'}${cookie.slice(at + 1)}`;
  expect(await readWith(server, changed)).toBeNull();
  expect(await readWith(server, 'one.0=nonsense')).toBeNull();
  const renamed = jar([await server.inject('/set?name=one&length=5')], (name) => name.replace('one', 'two'));
  expect(await readWith(server, renamed, 'two')).toBeNull();
});

test('a value that no browser would keep is refused', async () => {
  const answer = await serverOf(new SealedCookies(KEY, false)).inject('/set?name=one&length=20000');
  expect(answer.statusCode).toBe(500);
});
