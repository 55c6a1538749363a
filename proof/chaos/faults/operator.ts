import type { ChaosCity } from '../city/chaos-city.ts';

const REQUEST_TIMEOUT_MS = 10_000;

/** Posts to any `trips` instance as an operator; returns the status, 0 if none answers. */
export async function askOperator(city: Pick<ChaosCity, 'issuer' | 'trips'>, path: string): Promise<number> {
  const token = await operatorToken(city.issuer.url);
  for (const { url } of city.trips) {
    const status = await post(`${url}${path}`, { authorization: `Bearer ${token}` });
    if (status !== 0) return status;
  }
  return 0;
}

async function post(url: string, headers: Record<string, string>): Promise<number> {
  try {
    const signal = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
    return (await fetch(url, { method: 'POST', headers, signal })).status;
  } catch {
    return 0;
  }
}

async function operatorToken(issuerUrl: string): Promise<string> {
  const answer = await fetch(`${issuerUrl}/v1/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ role: 'operator' }),
  });
  return ((await answer.json()) as { token: string }).token;
}
