/**
 * The URL for a new connection to the server that this URL named at the start: password, user and files of certificates may have
 * changed since. The URL of the start stays the server's name.
 */
export type UrlNow = (url: string) => string;

/** Without a source of newer URLs. */
export const asAtStart: UrlNow = (url) => url;

/** Takes newer URLs from a list that is read for each connection. Servers that are new in it are not used before a restart. */
export function urlNowFrom(currentUrls: () => readonly string[]): UrlNow {
  return (url) => currentUrls().find((current) => serverOf(current) === serverOf(url)) ?? url;
}

/** Host, port and database: what does not change when a password does. */
function serverOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}
