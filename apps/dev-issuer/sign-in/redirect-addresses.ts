/** Names of this machine: what listens there is run by the developer who is at the page. */
const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** Where a sign-in may return to. Any client with an address on loopback is known; others are configured. */
export class RedirectAddresses {
  readonly #configured: ReadonlySet<string>;

  constructor(configured: readonly string[]) {
    this.#configured = new Set(configured);
  }

  /** The address as a URL, or undefined if no sign-in may return to it. */
  read(text: string): URL | undefined {
    const url = URL.parse(text);
    if (url === null || !/^https?:$/.test(url.protocol) || text.includes('#')) return undefined;
    if (url.username !== '' || url.password !== '') return undefined;
    return LOOPBACK.has(url.hostname) || this.#configured.has(text) ? url : undefined;
  }
}

/** The address with these parameters added to its own. */
export function withParameters(url: URL, parameters: Readonly<Record<string, string | undefined>>): string {
  const target = new URL(url);
  for (const [name, value] of Object.entries(parameters))
    if (value !== undefined) target.searchParams.append(name, value);
  return target.href;
}
