import { Link } from 'wouter';
import type { TripRecord } from '#libs/contracts';
import { Badge, Button, ErrorNote, Field, Loading, Panel } from '../design/parts.tsx';
import { useFilters } from '../ops-api/use-filters.ts';
import { FindById } from './find-by-id.tsx';
import { TripsTable } from './trips-table.tsx';
import { useTrips } from './use-trips.ts';
import { STATES } from './words.ts';

const FILTERS = [
  'state',
  'rider_id',
  'driver_id',
  'requested_from',
  'requested_to',
  'attention',
  'cursor',
] as const;

/** The trips of the city, newest first. */
export default function TripsPage() {
  const { filters, setFilter, href } = useFilters(FILTERS);
  const { data, error, reload } = useTrips(filters);
  const local = (name: 'requested_from' | 'requested_to') => ({
    type: 'datetime-local',
    step: 1,
    defaultValue: localTime(filters[name]),
    onBlur: (event: React.FocusEvent<HTMLInputElement>) =>
      setFilter(name, event.target.value === '' ? '' : new Date(event.target.value).toISOString()),
  });
  return (
    <div className="page-body">
      <h1>Trips</h1>
      <FindById />
      <div className="row" style={{ alignItems: 'end' }}>
        <Field label="State">
          <select value={filters.state ?? ''} onChange={(event) => setFilter('state', event.target.value)}>
            <option value="">any</option>
            {(Object.keys(STATES) as TripRecord['state'][]).map((state) => (
              <option key={state} value={state}>
                {STATES[state].name}
              </option>
            ))}
          </select>
        </Field>
        <Field label="Requested from">
          <input {...local('requested_from')} key={`from ${filters.requested_from ?? ''}`} />
        </Field>
        <Field label="Requested before">
          <input {...local('requested_to')} key={`to ${filters.requested_to ?? ''}`} />
        </Field>
        <label className="row" style={{ minHeight: '2.25rem', gap: 'var(--gap-s)' }}>
          <input
            type="checkbox"
            checked={filters.attention === 'true'}
            onChange={(event) => setFilter('attention', event.target.checked ? 'true' : '')}
          />
          needs attention
        </label>
        {(['rider_id', 'driver_id'] as const).map(
          (name) =>
            filters[name] !== undefined && (
              <Button key={name} onClick={() => setFilter(name, '')} title={filters[name]}>
                of {name === 'rider_id' ? 'one rider' : 'one driver'} <span aria-hidden="true">×</span>
                <span className="visually-hidden">remove this filter</span>
              </Button>
            ),
        )}
      </div>
      <Panel
        title={<>Newest first {filters.cursor !== undefined && <Badge>a later page</Badge>}</>}
        actions={<Button onClick={reload}>Read again</Button>}
      >
        {error !== undefined && <ErrorNote error={error} onRetry={reload} />}
        {data === undefined && error === undefined && <Loading what="trips" />}
        {data !== undefined && <TripsTable trips={data.data} />}
        <div className="row" style={{ justifyContent: 'space-between' }}>
          {filters.cursor !== undefined ? <Link href={href('cursor', '')}>Newest trips</Link> : <span />}
          {data !== undefined && data.next_cursor !== null && (
            <Link href={href('cursor', data.next_cursor)}>Older trips</Link>
          )}
        </div>
      </Panel>
    </div>
  );
}

/** A moment as the browser's control takes it, in local time. */
function localTime(at: string | undefined): string {
  const ms = Date.parse(at ?? '');
  if (Number.isNaN(ms)) return '';
  const offsetMs = new Date(ms).getTimezoneOffset() * 60_000;
  return new Date(ms - offsetMs).toISOString().slice(0, 19);
}
