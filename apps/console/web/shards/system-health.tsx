import type { SystemHealth } from '#libs/contracts';
import { Badge, ErrorNote, Loading, Panel, Table, type Column, type Tone } from '../design/parts.tsx';
import { callOps } from '../ops-api/call.ts';
import { usePolled } from '../ops-api/use-polled.ts';

/** How often the page asks how Postgres and NATS are: soon enough to watch a failover. */
const HEALTH_EVERY_MS = 5_000;
/** Above this replay lag a standby is marked: lists are then read from the primary. */
const SLOW_REPLAY_MS = 1_000;
/** Above this age the oldest outbox entry is marked: a push takes milliseconds. */
const OLD_ENTRY_S = 10;
const BYTES_PER_MB = 1024 ** 2;

type Postgres = NonNullable<SystemHealth['postgres']>;

/** What the system stands on, as `trips` sees it. */
export function SystemHealthPanel() {
  const { data, error, reload } = usePolled(
    'health',
    (signal) => callOps<SystemHealth>('/v1/ops/health', { signal }),
    HEALTH_EVERY_MS,
  );
  return (
    <Panel title="Postgres and NATS">
      {error !== undefined && <ErrorNote error={error} onRetry={reload} />}
      {data === undefined && error === undefined && <Loading what="the state of Postgres and NATS" />}
      {data !== undefined && <Health health={data} />}
    </Panel>
  );
}

function Health({
  health: { postgres, outbox, nats, event_stream: stream, seen_by: seenBy },
}: {
  health: SystemHealth;
}) {
  return (
    <>
      <dl className="facts">
        <dt>Primary</dt>
        <dd>
          {postgres === null ? (
            <Badge tone="danger">none answers</Badge>
          ) : (
            `${postgres.name ?? 'without a name'}${postgres.host === null ? '' : ` at ${postgres.host}`}, timeline ${postgres.timeline}`
          )}
        </dd>
        <dt>Outbox</dt>
        <dd>{outbox === null ? '–' : <Outbox outbox={outbox} />}</dd>
        <dt>NATS</dt>
        <dd>
          {nats === null ? (
            <Badge tone="danger">no answer</Badge>
          ) : (
            `${nats.server}${nats.cluster === null ? '' : ` of ${nats.cluster}`}, ${nats.rtt_ms.toFixed(1)} ms from ${seenBy}`
          )}
        </dd>
        <dt>Stream of events</dt>
        <dd>{stream === null ? <Badge tone="danger">no answer</Badge> : <Stream stream={stream} />}</dd>
      </dl>
      {postgres !== null && (
        <Table
          label="Standbys"
          rows={postgres.standbys}
          keyOf={({ name }) => name}
          empty="No standby follows the primary."
          columns={COLUMNS}
        />
      )}
    </>
  );
}

function Outbox({ outbox: { entries, oldest_s: oldestS } }: { outbox: NonNullable<SystemHealth['outbox']> }) {
  if (oldestS === null) return <>{entries} entries</>;
  const text = `${entries} ${entries === 1 ? 'entry' : 'entries'}, the oldest ${oldestS.toFixed(1)} s old`;
  return oldestS > OLD_ENTRY_S ? <Badge tone="warn">{text}</Badge> : <>{text}</>;
}

function Stream({ stream }: { stream: NonNullable<SystemHealth['event_stream']> }) {
  const { messages, bytes, leader, replicas } = stream;
  const behind = replicas.filter(({ current }) => !current);
  return (
    <>
      {messages.toLocaleString('en')} events, {(bytes / BYTES_PER_MB).toFixed(1)} MB
      {leader !== null && `, led by ${leader}`}
      {replicas.length > 0 && `, ${replicas.length} replicas`}
      {behind.length > 0 && (
        <>
          {' '}
          <Badge tone="warn">behind: {behind.map(({ server }) => server).join(', ')}</Badge>
        </>
      )}
    </>
  );
}

const COLUMNS: readonly Column<Postgres['standbys'][number]>[] = [
  { name: 'Standby', cell: ({ name }) => name },
  {
    name: 'State',
    cell: ({ state }) => <Badge tone={state === 'streaming' ? 'good' : 'warn'}>{state}</Badge>,
  },
  {
    name: 'Commits',
    cell: ({ sync_state: sync }) => (sync === 'async' ? 'do not wait (async)' : `wait (${sync})`),
  },
  {
    name: 'Replay lag',
    isNumber: true,
    cell: ({ replay_lag_ms: lagMs }) =>
      lagMs === null ? '–' : <Badge tone={toneOfLag(lagMs)}>{lagMs.toFixed(1)} ms</Badge>,
  },
  {
    name: 'Behind MB',
    isNumber: true,
    cell: ({ behind_bytes: bytes }) => (bytes === null ? '–' : (bytes / BYTES_PER_MB).toFixed(2)),
  },
];

function toneOfLag(lagMs: number): Tone {
  return lagMs > SLOW_REPLAY_MS ? 'warn' : 'good';
}
