/** A path with those of its parameters that are set. */
export function withQuery(
  path: `/v1/${string}`,
  params: Readonly<Record<string, string | undefined>>,
): `/v1/${string}` {
  const set = Object.entries(params).filter((pair): pair is [string, string] => Boolean(pair[1]));
  const query = new URLSearchParams(set).toString();
  return query === '' ? path : `${path}?${query}`;
}
