import { Link } from 'wouter';
import type { ListedDriver } from '#libs/contracts';
import { IdLink } from '../design/ids.tsx';
import { Moment } from '../design/moments.tsx';
import { Badge, Button, ErrorNote, Field, Loading, Panel, Table, type Column } from '../design/parts.tsx';
import { callOps } from '../ops-api/call.ts';
import { withQuery } from '../ops-api/query.ts';
import { useFilters } from '../ops-api/use-filters.ts';
import { usePolled } from '../ops-api/use-polled.ts';
import { FindById } from '../trips/find-by-id.tsx';
import { STATUSES } from './words.ts';

/** How often the first page is read again; each look is written to the audit. */
const LIST_INTERVAL_MS = 10_000;
const FILTERS = ['status', 'product', 'silent_since', 'cursor'] as const;
/** How long a driver with a trip may be silent before the filter finds it. */
const SILENT_MS = 60_000;

interface DriverPage {
  data: ListedDriver[];
  next_cursor: string | null;
}

const COLUMNS: readonly Column<ListedDriver>[] = [
  { name: 'Driver', cell: ({ driver_id }) => <IdLink id={driver_id} /> },
  {
    name: 'Status',
    cell: ({ status }) => <Badge tone={STATUSES[status].tone}>{STATUSES[status].name}</Badge>,
  },
  {
    name: 'Trip',
    cell: ({ trip_id, offer }) =>
      trip_id === null ? offer && <IdLink id={offer.trip_id} /> : <IdLink id={trip_id} />,
  },
  { name: 'Next trip', cell: ({ next_trip_id }) => next_trip_id && <IdLink id={next_trip_id} /> },
  { name: 'Product', cell: ({ product }) => product },
  {
    name: 'Vehicle',
    cell: ({ vehicle }) => `${vehicle.color} ${vehicle.make} ${vehicle.model}, ${vehicle.plate}`,
  },
  { name: 'Session', isNumber: true, cell: ({ session }) => session },
  { name: 'Since', cell: ({ changed_at }) => <Moment at={changed_at} /> },
];

/** The drivers of the city. */
export default function DriversPage() {
  const { filters, setFilter, href } = useFilters(FILTERS);
  const path = withQuery('/v1/ops/drivers', filters);
  const { data, error, reload } = usePolled(
    path,
    (signal) => callOps<DriverPage>(path, { signal }),
    filters.cursor === undefined ? LIST_INTERVAL_MS : 0,
  );
  return (
    <div className="page-body">
      <h1>Drivers</h1>
      <FindById />
      <div className="row" style={{ alignItems: 'end' }}>
        <Field label="Status">
          <select value={filters.status ?? ''} onChange={(event) => setFilter('status', event.target.value)}>
            <option value="">any</option>
            {(Object.keys(STATUSES) as ListedDriver['status'][]).map((status) => (
              <option key={status} value={status}>
                {STATUSES[status].name}
              </option>
            ))}
          </select>
        </Field>
        <Field label="Product">
          <select
            value={filters.product ?? ''}
            onChange={(event) => setFilter('product', event.target.value)}
          >
            <option value="">any</option>
            <option>standard</option>
            <option>xl</option>
          </select>
        </Field>
        <label className="row" style={{ minHeight: '2.25rem', gap: 'var(--gap-s)' }}>
          <input
            type="checkbox"
            checked={filters.silent_since !== undefined}
            onChange={(event) =>
              setFilter(
                'silent_since',
                event.target.checked ? new Date(Date.now() - SILENT_MS).toISOString() : '',
              )
            }
          />
          silent with a trip, for a minute or longer
        </label>
      </div>
      <Panel title="By id" actions={<Button onClick={reload}>Read again</Button>}>
        {error !== undefined && <ErrorNote error={error} onRetry={reload} />}
        {data === undefined && error === undefined && <Loading what="drivers" />}
        {data !== undefined && (
          <Table
            label="Drivers"
            columns={COLUMNS}
            rows={data.data}
            keyOf={({ driver_id }) => driver_id}
            empty={
              data.next_cursor === null
                ? 'No driver matches. Another filter may find some.'
                : 'None among the drivers looked at so far; the next page looks further.'
            }
          />
        )}
        <div className="row" style={{ justifyContent: 'space-between' }}>
          {filters.cursor === undefined ? <span /> : <Link href={href('cursor', '')}>First page</Link>}
          {data !== undefined && data.next_cursor !== null && (
            <Link href={href('cursor', data.next_cursor)}>Next page</Link>
          )}
        </div>
      </Panel>
    </div>
  );
}
