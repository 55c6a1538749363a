import type { PatroniHost } from '../../../dev/patroni/patroni-host.ts';
import { query } from '../../../ops/postgres/query.ts';

/**
 * Cuts these followers off the primary's log, like a broken network. The returned function reconnects them; data in their
 * sockets is lost.
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
      process.kill(pid, 'SIGTERM'); // Postgres restarts it
      process.kill(pid, 'SIGCONT');
    }
  };
}

/** Bytes of the primary's log that no standby has. */
export async function unreplicatedBytes(primary: PatroniHost): Promise<number> {
  const [row] = await query<{ bytes: number }>(
    primary.url('postgres'),
    'SELECT min(pg_current_wal_flush_lsn() - flush_lsn)::int AS bytes FROM pg_stat_replication',
  );
  return row?.bytes ?? 0;
}

/** The hosts whose Postgres accepts writes now. */
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
