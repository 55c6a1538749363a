import { useEffect } from 'react';
import { Link } from 'wouter';
import type { AttentionEntry } from '#libs/contracts';
import { IdLink } from '../design/ids.tsx';
import { Moment } from '../design/moments.tsx';
import { Badge, Empty, ErrorNote, Field, Loading, Panel } from '../design/parts.tsx';
import { callOps } from '../ops-api/call.ts';
import { withQuery } from '../ops-api/query.ts';
import { useFilters } from '../ops-api/use-filters.ts';
import { usePolled } from '../ops-api/use-polled.ts';
import { Acknowledge } from './acknowledge.tsx';
import { ConditionsPanel } from './conditions-panel.tsx';
import { useOpenEntries } from './open-entries.ts';
import { KINDS } from './words.ts';
import './attention.css';

/** How often the entries are read again even if their count says that nothing changed; each look is written to the audit. */
const ATTENTION_INTERVAL_MS = 60_000;
const FILTERS = ['kind', 'show', 'cursor'] as const;

interface AttentionList {
  data: AttentionEntry[];
  next_cursor: number | null;
}

/** What needs a person now, the longest waiting first. */
export default function AttentionPage() {
  const { filters, setFilter, href } = useFilters(FILTERS);
  const showsAll = filters.show === 'all';
  const path = withQuery('/v1/ops/attention', {
    kind: filters.kind,
    open: showsAll ? undefined : 'true',
    cursor: filters.cursor,
  });
  const { data, error, reload } = usePolled(
    path,
    (signal) => callOps<AttentionList>(path, { signal }),
    ATTENTION_INTERVAL_MS,
  );
  const open = useOpenEntries();
  const news = open && `${open.newest} ${open.open}`;
  useEffect(reload, [reload, news]);
  return (
    <div className="page-body">
      <h1>Attention</h1>
      <p>
        What needs a person, oldest first. Who acknowledges an entry takes it on, by name; it stays for a
        week.
      </p>
      <div className="row" style={{ alignItems: 'end' }}>
        <Field label="Kind">
          <select value={filters.kind ?? ''} onChange={(event) => setFilter('kind', event.target.value)}>
            <option value="">any</option>
            {Object.entries(KINDS).map(([kind, { name }]) => (
              <option key={kind} value={kind}>
                {name}
              </option>
            ))}
          </select>
        </Field>
        <label className="row" style={{ minHeight: '2.25rem', gap: 'var(--gap-s)' }}>
          <input
            type="checkbox"
            checked={showsAll}
            onChange={(event) => setFilter('show', event.target.checked ? 'all' : '')}
          />
          those acknowledged too
        </label>
      </div>
      <ConditionsPanel />
      <Panel title={showsAll ? 'All of the last week' : 'Open'}>
        {error !== undefined && <ErrorNote error={error} onRetry={reload} />}
        {data === undefined && error === undefined && <Loading what="entries" />}
        {data?.data.length === 0 && (
          <Empty>
            {filters.kind === undefined ? 'Nothing needs a person now.' : 'Nothing of this kind.'}
          </Empty>
        )}
        {data !== undefined && data.data.length > 0 && (
          <ul className="entries" aria-label="Entries">
            {data.data.map((entry) => (
              <Entry key={entry.number} entry={entry} onChanged={reload} />
            ))}
          </ul>
        )}
        <div className="row" style={{ justifyContent: 'space-between' }}>
          {filters.cursor === undefined ? <span /> : <Link href={href('cursor', '')}>Oldest entries</Link>}
          {data !== undefined && data.next_cursor !== null && (
            <Link href={href('cursor', String(data.next_cursor))}>Newer entries</Link>
          )}
        </div>
      </Panel>
    </div>
  );
}

function Entry({ entry, onChanged }: { entry: AttentionEntry; onChanged: () => void }) {
  const { number, kind, at, trip_id: tripId, driver_id: driverId, data } = entry;
  const words = KINDS[kind] ?? { name: kind, tone: 'warn' as const, means: '' };
  const details = Object.entries(data).filter(([, value]) => value !== null && typeof value !== 'object');
  return (
    <li className="entry">
      <div className="stack" style={{ gap: '0.2rem' }}>
        <p className="row" style={{ gap: 'var(--gap-s)' }}>
          <Badge tone={words.tone}>{words.name}</Badge>
          <Moment at={at} />
          <span className="quiet">number {number}</span>
        </p>
        <p>{words.means}</p>
        <p className="row quiet">
          {tripId !== null && <IdLink id={tripId} />}
          {driverId !== null && <IdLink id={driverId} />}
          {details.map(([name, value]) => (
            <span key={name}>
              {name.replaceAll('_', ' ')}: {String(value)}
            </span>
          ))}
        </p>
      </div>
      <Acknowledge entry={entry} onChanged={onChanged} />
    </li>
  );
}
