import { expect, test } from 'vitest';
import type { ConsoleCity } from '../../dev/browser/console-city.ts';
import { expectAccessible, keepScreenshot } from './looked-at-page.ts';

/** Who may see and do what. */
export function signInScenes(started: () => ConsoleCity): void {
  test('whoever opens it signs in with one click, stays signed in after a reload, and signs out', async () => {
    const city = started();
    const page = await city.window();
    await page.goto(city.url);
    await page.getByRole('link', { name: 'Sign in' }).waitFor();
    await expectAccessible(page);
    await keepScreenshot(page, 'sign-in');
    await city.signIn(page, '/', 'operator');
    await page.getByRole('navigation', { name: 'Pages' }).waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('link', { name: 'Sign in' }).waitFor();
    expect(city.complaints.splice(0)).toEqual([]);
    await page.context().close();
  });

  test('a rider sees nothing of the city, and learns why', async () => {
    const city = started();
    const page = await city.window();
    await city.signIn(page, '/', 'rider');
    await page.getByText('You are signed in, but not as an operator.').waitFor();
    const answer = await page.evaluate(async () => {
      const shards = await fetch('/v1/console/ops/v1/shards');
      return shards.status;
    });
    expect(answer).toBe(403);
    await page.context().close();
    city.complaints.length = 0; // Chromium logs the 403 that this test asked for
  });

  test('another site can neither act with the cookies of an operator nor plant a sign-in', async () => {
    const city = started();
    const page = await city.window();
    await city.signIn(page, '/', 'operator');
    const cookies = await page.context().cookies(city.url);
    const headers = { cookie: cookies.map(({ name, value }) => `${name}=${value}`).join('; ') };
    const drain = `${city.url}/v1/console/ops/v1/matchers/matcher-1/drain`;
    const post = async (url: string, more: Record<string, string> = {}): Promise<number> =>
      (await fetch(url, { method: 'POST', headers: { ...headers, ...more } })).status;

    expect(await post(drain)).toBe(403);
    expect(await post(drain, { 'x-hailgrid-console': '1', 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await post(`${city.url}/auth/logout`)).toBe(403);
    expect(await post(`${city.url}/v1/console/token?app=console`, { 'x-hailgrid-console': '1' })).toBe(403);

    const planted = await fetch(`${city.url}/auth/callback?code=x&state=y`, { redirect: 'manual' });
    expect(planted.headers.get('location')).toBe('/sign-in?refused=1');
    for (const away of ['//example.com', 'https://example.com', '/\\example.com'])
      expect((await fetch(`${city.url}/auth/login?return=${encodeURIComponent(away)}`)).status).toBe(400);
    await page.context().close();
  });
}
