import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { problem } from '#libs/contracts';
import { runIssuer, type RunningIssuer } from '../../../dev/fixtures/running-issuer.ts';

const CALLBACK = 'http://127.0.0.1:9/callback?from=issuer';
const CONFIGURED = 'https://console.example.com/callback';

let issuer: RunningIssuer;
beforeAll(async () => {
  issuer = await runIssuer({ HAILGRID_SIGN_IN_REDIRECTS: CONFIGURED });
});
afterAll(() => issuer.app.close());

/** The answer to a request that is right but for these parameters. */
function pageOf(parameters: Record<string, string> = {}): Promise<Response> {
  const query = new URLSearchParams({
    client_id: 'the console',
    redirect_uri: CALLBACK,
    response_type: 'code',
    scope: 'openid',
    code_challenge: 'x'.repeat(43),
    code_challenge_method: 'S256',
    ...parameters,
  });
  return fetch(`${issuer.url}/authorize?${query.toString()}`, { redirect: 'manual' });
}

describe('the page', () => {
  const buttons = (page: string): string[] =>
    [...page.matchAll(/<button name="person" value="(\w+)"/g)].map(([, person]) => person!);

  test('offers everybody, or the one whom the client names', async () => {
    expect(buttons(await (await pageOf()).text())).toEqual(['operator', 'viewer', 'rider', 'driver']);
    for (const name of ['role', 'login_hint', 'acr_values'])
      expect(buttons(await (await pageOf({ [name]: 'driver' })).text())).toEqual(['driver']);
    expect(buttons(await (await pageOf({ login_hint: 'ana@example.com' })).text())).toHaveLength(4);
  });

  test('runs no script, is framed by nobody, and may be left for the client’s address only', async () => {
    const policy = (await pageOf()).headers.get('content-security-policy')!;
    expect(policy).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/=]+'; form-action 'self' http:\/\/127\.0\.0\.1:9; base-uri 'none'; frame-ancestors 'none'$/,
    );
  });

  test('shows what a client sends as text', async () => {
    const evil = `"'><script>alert(1)</script><b x='&quot;`;
    const page = await (await pageOf({ client_id: evil, state: evil, nonce: evil })).text();
    expect(page).not.toContain('<script');
    expect(page).not.toContain('<b x');
    expect(
      page.match(
        /<(?!!doctype|\/?(?:html|head|meta|title|style|body|main|div|h1|p|b|form|input|label|small|button|span)\b)/g,
      ),
    ).toBeNull();
    expect(page.match(/&quot;&#39;&gt;&lt;script/g)).toHaveLength(4);
  });

  test.each([
    'https://example.com/',
    'http://127.0.0.1.example.com/',
    'http://127.0.0.1@example.com/',
    'http://user@127.0.0.1/',
    'http://127.0.0.1/#here',
    `${CONFIGURED}/more`,
    'javascript:alert(1)//127.0.0.1',
    'ftp://127.0.0.1/',
    '/callback',
  ])('sends nobody to %s', async (redirect_uri) => {
    const answer = await pageOf({ redirect_uri });
    expect([answer.status, answer.headers.get('location')]).toEqual([400, null]);
    expect(problem.parse(await answer.json()).issues?.[0]?.pointer).toBe('/redirect_uri');
  });

  test.each([CONFIGURED, 'http://localhost:3000/', 'http://[::1]:3000/cb', 'http://127.0.0.1/'])(
    'may send people to %s',
    async (redirect_uri) => {
      expect((await pageOf({ redirect_uri })).status).toBe(200);
    },
  );

  test.each<[error: string, parameters: Record<string, string>]>([
    ['unsupported_response_type', { response_type: 'token' }],
    ['invalid_request', { response_mode: 'fragment' }],
    ['invalid_request', { code_challenge_method: 'plain' }],
    ['invalid_request', { code_challenge: 'short' }],
    ['login_required', { prompt: 'none' }],
    ['request_not_supported', { request: 'x.y.z' }],
  ])('tells the client at its address: %s for %o', async (error, parameters) => {
    const answer = await pageOf({ ...parameters, state: 's' });
    expect(answer.status).toBe(303);
    const back = new URL(answer.headers.get('location')!);
    expect(Object.fromEntries(back.searchParams)).toMatchObject({
      error,
      state: 's',
      from: 'issuer',
      iss: issuer.url,
    });
    expect(back.href.startsWith(CALLBACK)).toBe(true);
  });
});
