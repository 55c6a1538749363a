/** A member in the response of Patroni's REST interface at `/cluster`. */
export interface Member {
  name: string;
  /** Such as `leader`, `quorum_standby`, `replica`. */
  role: string;
  /** Such as `running`, `streaming`, `stopped`. */
  state: string;
  timeline?: number;
}

const TIMEOUT_MS = 2_000;

/** The members of the cluster, from the first Patroni that answers; empty if none does. */
export async function membersBy(urls: readonly string[]): Promise<Member[]> {
  for (const url of urls) {
    try {
      const answer = await fetch(`${url}/cluster`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
      const { members } = (await answer.json()) as { members?: Member[] };
      if (members !== undefined) return members;
    } catch {
      // This one may be down; the next is asked.
    }
  }
  return [];
}

export function leaderOf(members: readonly Member[]): string | undefined {
  return members.find(({ role, state }) => role === 'leader' && state === 'running')?.name;
}

/** Whether there is a primary, and all other hosts stream from it and count for its quorum. */
export function isWhole(members: readonly Member[], hosts: number): boolean {
  const following = members.filter(({ role, state }) => role === 'quorum_standby' && state === 'streaming');
  return leaderOf(members) !== undefined && following.length === hosts - 1;
}
