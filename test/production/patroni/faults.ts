import type { PatroniHost } from '../../../dev/patroni/patroni-host.ts';
import { query } from '../../../ops/postgres/query.ts';

/**
 * As if the network to these followers were cut: they receive nothing of the primary's log any more. What is given mends
 * it, and loses what was under way, such as what lies in their sockets already.
 */
export async function cutReplication(followers: readonly PatroniHost[]): Promise<() => void> {
  const found = await Promise.all(
    followers.map((host) =>
      query<{ pid: number }>(host.url('postgres'), 'SELECT pid FROM pg_stat_wal_receiver'),
    ),
  );
  const receivers = found.flat().map(({ pid }) => pid);
  for (const pid of receivers) process.kill(pid, 'SIGSTOP');
  return () => {
    for (const pid of receivers) {
      process.kill(pid, 'SIGTERM'); // Postgres starts another one
      process.kill(pid, 'SIGCONT');
    }
  };
}

/** What the primary has written to its log and no standby has. */
export async function unreplicatedBytes(primary: PatroniHost): Promise<number> {
  const [row] = await query<{ bytes: number }>(
    primary.url('postgres'),
    'SELECT min(pg_current_wal_flush_lsn() - flush_lsn)::int AS bytes FROM pg_stat_replication',
  );
  return row?.bytes ?? 0;
}

/** The hosts whose Postgres would take a write now. */
export async function writable(hosts: readonly PatroniHost[]): Promise<PatroniHost[]> {
  const answers = await Promise.all(
    hosts.map(async (host) => {
      const [row] = await query<{ writable: boolean }>(
        host.url('postgres'),
        'SELECT NOT pg_is_in_recovery() AS writable',
      ).catch(() => []);
      return row?.writable === true ? [host] : [];
    }),
  );
  return answers.flat();
}
