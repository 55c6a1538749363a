import { Badge, Table, type Column, type Tone } from '../design/parts.tsx';
import type { SeenMove } from './moves.ts';

/** How many shards of a move are named. */
const NAMED_SHARDS = 3;

const TONES: Readonly<Record<SeenMove['kind'], Tone>> = {
  moved: 'neutral',
  taken: 'good',
  freed: 'danger',
  renewed: 'warn',
  split: 'neutral',
  merged: 'neutral',
};

const COLUMNS: readonly Column<SeenMove>[] = [
  {
    name: 'When',
    cell: ({ atMs }) => (
      <time dateTime={new Date(atMs).toISOString()}>{new Date(atMs).toLocaleTimeString()}</time>
    ),
  },
  { name: 'What', cell: ({ kind }) => <Badge tone={TONES[kind]}>{kind}</Badge> },
  { name: 'From', cell: ({ from }) => from ?? 'nobody' },
  { name: 'To', cell: ({ to }) => to ?? 'nobody' },
  { name: 'Shards', isNumber: true, cell: ({ shards }) => shards.length },
  { name: 'Which', cell: ({ shards }) => <code>{named(shards)}</code> },
  { name: 'Why', cell: ({ cause }) => cause ?? '–' },
];

/** What this page saw move, newest first. */
export function MoveTable({ moves }: { moves: readonly SeenMove[] }) {
  return (
    <Table
      label="Moves of shards, newest first"
      rows={moves}
      keyOf={({ id }) => String(id)}
      empty="Nothing has moved. Drain a matcher, or kill one, and watch its shards go."
      columns={COLUMNS}
    />
  );
}

function named(shards: SeenMove['shards']): string {
  const names = shards.slice(0, NAMED_SHARDS).map(({ shard, epoch }) => `${shard}@${epoch}`);
  const others = shards.length - names.length;
  return others === 0 ? names.join(' ') : `${names.join(' ')} and ${others} more`;
}
