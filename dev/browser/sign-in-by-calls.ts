const UNESCAPED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', '#39': "'" };

/** Signs a person of the dev-issuer in as a browser does; returns the cookies of the console. */
export async function signIn(consoleUrl: string, app: string, person: string): Promise<string> {
  const begun = await fetch(`${consoleUrl}/auth/login?app=${app}`, { redirect: 'manual' });
  const back = await click(new URL(locationOf(begun)), person);
  const ended = await fetch(back, { redirect: 'manual', headers: { cookie: cookiesOf(begun) } });
  if (ended.status !== 303) throw new Error(`not signed in: ${ended.status} ${await ended.text()}`);
  return cookiesOf(ended);
}

/** Submits the form of the issuer's page; returns where the browser goes. */
async function click(url: URL, person: string): Promise<URL> {
  const page = await (await fetch(url)).text();
  const hidden = [...page.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)];
  const form = hidden.map(([, name = '', value = '']): [string, string] => [plain(name), plain(value)]);
  const action = plain(/action="([^"]*)"/.exec(page)?.[1] ?? '');
  const answer = await fetch(new URL(action, url), {
    method: 'POST',
    body: new URLSearchParams([...form, ['as', ''], ['person', person]]),
    redirect: 'manual',
  });
  return new URL(locationOf(answer));
}

function locationOf(answer: Response): string {
  const location = answer.headers.get('location');
  if (location === null) throw new Error(`not sent on, but ${answer.status}`);
  return location;
}

function cookiesOf(answer: Response): string {
  return answer.headers
    .getSetCookie()
    .filter((cookie) => !/Max-Age=0/i.test(cookie))
    .map((cookie) => cookie.slice(0, cookie.indexOf(';')))
    .join('; ');
}

function plain(text: string): string {
  return text.replaceAll(/&([\w#]+);/g, (whole, name: string) => UNESCAPED[name] ?? whole);
}
