import { secureCall, type Caller } from './secure-call.ts';

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

/** A Patroni, and who asks it. */
export interface Asked {
  patroniUrl: string;
  spec: { tls: Caller };
}

/** The members of the cluster, from the first Patroni that answers; empty if none does. */
export async function membersBy(hosts: readonly Asked[]): Promise<Member[]> {
  for (const { patroniUrl, spec } of hosts) {
    try {
      const answer = await secureCall(`${patroniUrl}/cluster`, spec.tls, { timeoutMs: TIMEOUT_MS });
      const { members } = JSON.parse(answer.text) as { members?: Member[] };
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
