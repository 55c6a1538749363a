import type { ShardPage } from '#libs/contracts';
import { Table } from '../design/parts.tsx';

type Shard = ShardPage['data'][number];

const COLUMNS = [
  { name: 'Shard', cell: ({ shard }: Shard) => <code>{shard}</code> },
  { name: 'Epoch', isNumber: true, cell: ({ epoch }: Shard) => epoch },
  { name: 'Open trips', isNumber: true, cell: ({ load }: Shard) => load?.open_trips.toFixed(1) ?? '–' },
  { name: 'Requests/s', isNumber: true, cell: ({ load }: Shard) => load?.requests_per_s.toFixed(2) ?? '–' },
  { name: 'Pings/s', isNumber: true, cell: ({ load }: Shard) => load?.pings_per_s.toFixed(1) ?? '–' },
  { name: 'Busy ms/s', isNumber: true, cell: ({ load }: Shard) => load?.busy_ms_per_s.toFixed(1) ?? '–' },
  {
    name: 'Since',
    cell: ({ since }: Shard) => <time dateTime={since}>{new Date(since).toLocaleTimeString()}</time>,
  },
];

/** One table an owner, the busiest shard first. */
export function ShardsOfOwners({ page }: { page: ShardPage }) {
  const byOwner = Map.groupBy(page.data, ({ owner }) => owner);
  const owners = [...byOwner].toSorted(([a], [b]) => (a ?? '').localeCompare(b ?? ''));
  return (
    <div className="stack">
      {owners.map(([owner, shards]) => (
        <details key={owner ?? ''} open={owner === null}>
          <summary>
            {owner ?? 'Nobody'}: {shards.length} {shards.length === 1 ? 'shard' : 'shards'},{' '}
            {sum(shards, 'open_trips').toFixed(0)} open trips, {sum(shards, 'pings_per_s').toFixed(0)} pings/s
          </summary>
          <Table
            label={`Shards of ${owner ?? 'nobody'}`}
            rows={shards.toSorted((a, b) => busy(b) - busy(a))}
            keyOf={({ shard }) => shard}
            columns={COLUMNS}
            empty="None."
          />
        </details>
      ))}
    </div>
  );
}

function sum(shards: readonly Shard[], member: 'open_trips' | 'pings_per_s'): number {
  return shards.reduce((total, { load }) => total + (load?.[member] ?? 0), 0);
}

function busy({ load }: Shard): number {
  return load?.busy_ms_per_s ?? -1;
}
