/** Why a matcher is of no use just now; undefined where it is. */
export function membershipComplaint(joined: boolean, shardsOwned: number): string | undefined {
  if (!joined) return 'has not joined the matchers yet';
  if (shardsOwned === 0) return 'idle: joined, but owns no shard';
  return undefined;
}
