import { useState } from 'react';
import type { MatcherView, ShardPage } from '#libs/contracts';
import { Badge, Button, ErrorNote, Loading, Panel, Table, type Column, type Tone } from '../design/parts.tsx';
import { usePolled } from '../ops-api/use-polled.ts';
import { useMay } from '../session/context.ts';
import { DrainDialog, type DrainAct } from './drain-dialog.tsx';
import { MoveTable } from './move-table.tsx';
import { MoveLog } from './moves.ts';
import { readShards } from './read-shards.ts';
import { ShardsOfOwners } from './shards-of-owners.tsx';
import { SystemHealthPanel } from './system-health.tsx';

/** How often the page asks who owns what: a planned move takes longer. */
const SHARDS_EVERY_MS = 2_000;

const TONES: Readonly<Record<MatcherView['state'], Tone>> = {
  active: 'good',
  drained: 'warn',
  leaving: 'warn',
  lost: 'danger',
};

/** Who owns what, how loaded it is, and how it moves. */
export default function ShardsPage() {
  const [log] = useState(() => new MoveLog());
  const [act, setAct] = useState<DrainAct>();
  const { data, error, reload } = usePolled(
    'shards',
    async (signal) => {
      const page = await readShards(signal);
      return { page, moves: log.add(page, Date.now()) };
    },
    SHARDS_EVERY_MS,
  );
  return (
    <div className="page-body">
      <h1>Shards and matchers</h1>
      {error !== undefined && <ErrorNote error={error} onRetry={reload} />}
      {data === undefined && error === undefined && <Loading what="the shards" />}
      {data !== undefined && (
        <>
          <Summary page={data.page} />
          <Panel title="Matchers">
            <Matchers page={data.page} onAct={setAct} />
          </Panel>
          <Panel title="Moves since this page opened">
            <MoveTable moves={data.moves} />
          </Panel>
          <Panel title="Shards by owner">
            <ShardsOfOwners page={data.page} />
          </Panel>
        </>
      )}
      <SystemHealthPanel />
      <DrainDialog
        act={act}
        onClose={() => setAct(undefined)}
        onDone={() => {
          setAct(undefined);
          reload();
        }}
      />
    </div>
  );
}

function Summary({ page }: { page: ShardPage }) {
  const unowned = page.data.filter(({ owner }) => owner === null).length;
  return (
    <dl className="facts">
      <dt>Shards</dt>
      <dd>
        {page.data.length}
        {page.next_cursor !== null && ' (the first ones; there are more)'}
        {unowned > 0 && (
          <>
            {' '}
            <Badge tone="danger">{unowned} without an owner</Badge>
          </>
        )}
      </dd>
      <dt>Planner</dt>
      <dd>
        {page.planner === null ? (
          <Badge tone="warn">none</Badge>
        ) : (
          `${page.planner.holder}, term ${page.planner.term}`
        )}
      </dd>
    </dl>
  );
}

type OnAct = (act: DrainAct) => void;

function Matchers({ page, onAct }: { page: ShardPage; onAct: OnAct }) {
  const mayDrain = useMay('ops.write');
  return (
    <Table
      label="Matchers"
      rows={page.matchers}
      keyOf={({ matcher }) => matcher}
      empty="No matcher has ever been here."
      columns={mayDrain ? [...COLUMNS, actsColumn(onAct)] : COLUMNS}
    />
  );
}

const COLUMNS: readonly Column<MatcherView>[] = [
  { name: 'Matcher', cell: ({ matcher }) => matcher },
  { name: 'State', cell: ({ state }) => <Badge tone={TONES[state]}>{state}</Badge> },
  { name: 'Shards', isNumber: true, cell: ({ shards }) => shards },
  { name: 'Busy ms/s', isNumber: true, cell: (row) => row.busy_ms_per_s.toFixed(1) },
  { name: 'Round p99 ms', isNumber: true, cell: (row) => row.round_p99_ms?.toFixed(1) ?? '–' },
  {
    name: 'Heard',
    isNumber: true,
    cell: ({ heard_s_ago: ago }) => (ago === null ? 'never' : `${ago.toFixed(1)} s ago`),
  },
  {
    name: 'Since',
    cell: ({ since }) => <time dateTime={since}>{new Date(since).toLocaleTimeString()}</time>,
  },
];

function actsColumn(onAct: OnAct): Column<MatcherView> {
  return { name: 'Acts', cell: (matcher) => <DrainButton matcher={matcher} onAct={onAct} /> };
}

function DrainButton({ matcher, onAct }: { matcher: MatcherView; onAct: OnAct }) {
  const { matcher: name, state } = matcher;
  if (state === 'active')
    return (
      <Button aria-label={`Drain ${name}`} onClick={() => onAct({ kind: 'drain', matcher: name })}>
        Drain …
      </Button>
    );
  if (state === 'drained')
    return (
      <Button aria-label={`Resume ${name}`} onClick={() => onAct({ kind: 'resume', matcher: name })}>
        Resume …
      </Button>
    );
  return <>–</>;
}
